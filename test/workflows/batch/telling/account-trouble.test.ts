import {
  accountAnnouncement,
  accountInOrder,
  accountTrouble,
  checkAccount,
  heldByAccount,
  noteTry,
  takeAccountReport,
} from '../../../../workflows/batch/telling/account-trouble';
import { unseenMs } from '../../../../workflows/server/job-timeout';

const error = { code: 'InvalidSecurityToken.Expired', message: 'expired', remedy: 'Renew it.' };
const minute = 60_000;

test('trouble that comes and goes between calls is announced once when it begins, and once when it is over', () => {
  const state = accountInOrder();
  const said: [number, string][] = [];
  const at = (seconds: number, news?: Parameters<typeof takeAccountReport>[1]) => {
    const now = seconds * 1000;
    if (news) takeAccountReport(state, news, now);
    checkAccount(state, now);
    const what = accountAnnouncement(state, now);
    if (what) said.push([seconds, what]);
  };
  at(0, { worker: 'a', error });
  for (let seconds = 40; seconds < 400; seconds += 40) {
    at(seconds, { worker: 'a', error });
    at(seconds + 5, { worker: 'a' });
  }
  expect(said).toHaveLength(1);
  expect(said[0]![1]).toContain('expired. Renew it.');
  at(370);
  at(500);
  at(600);
  expect(said.slice(1)).toEqual([[500, expect.stringContaining('no longer refuses')]]);
});

test('it lasts as long as any worker is refused, and ends when the last one falls silent', () => {
  const state = accountInOrder();
  takeAccountReport(state, { worker: 'a', error }, 0);
  takeAccountReport(state, { worker: 'b', error }, 1_000);
  takeAccountReport(state, { worker: 'a' }, 2_000);
  expect(accountTrouble(state)).toEqual({ error, since: '1970-01-01T00:00:00.000Z' });
  const lookAt = checkAccount(state, 3_000)!;
  checkAccount(state, lookAt - 1);
  expect(accountTrouble(state)).toBeDefined();
  checkAccount(state, lookAt);
  expect(accountTrouble(state)).toBeUndefined();
});

test('while it lasts a server is started now and then, ever more seldom, to find out whether it is over', () => {
  const state = accountInOrder();
  expect(heldByAccount(state, true, 0)).toBeUndefined();
  takeAccountReport(state, { worker: 'a', error }, 0);
  const tries: number[] = [];
  for (let now = 0; now < 48 * 60 * minute; now += minute) {
    if (heldByAccount(state, true, now) !== undefined) continue;
    tries.push(now / minute);
    noteTry(state);
  }
  expect(tries).toEqual([1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047]);
});

test('where nothing is under way that could find out, the first server is started at once', () => {
  const state = accountInOrder();
  takeAccountReport(state, { worker: 'a', error }, 0);
  expect(heldByAccount(state, false, 0)).toBeUndefined();
  noteTry(state);
  expect(heldByAccount(state, false, 0)).toBeDefined();
});

test("time in which a job could not be seen is not counted against the plan's jobTimeout", () => {
  const job = { jobId: 'j-1', changedAt: 0, pollIntervalSeconds: 30 };
  expect(unseenMs(undefined, 1_000)).toBe(0);
  expect(unseenMs({ ...job, lookedAt: 100 * minute }, 101 * minute)).toBe(0);
  expect(unseenMs({ ...job, lookedAt: 100 * minute, blindMs: 5 * minute }, 101 * minute)).toBe(5 * minute);
  expect(unseenMs({ ...job, lookedAt: 100 * minute, blindSince: 101 * minute }, 110 * minute)).toBe(
    9 * minute,
  );
  // No worker was let in.
  expect(unseenMs({ ...job, lookedAt: 100 * minute }, 160 * minute)).toBe(60 * minute);
});
