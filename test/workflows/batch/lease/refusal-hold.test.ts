import {
  afterRefusal,
  afterSuccess,
  heldSlots,
  type RefusalHold,
  refusalReason,
  releasedHold,
} from '../../../../workflows/batch/lease/refusal-hold';

const refused = { resource: 'running', code: 'QuotaExceeded.Vpc', message: 'no VPC left' } as const;
const using = (running: number) => ({ existing: 50, running });
const lease = using(20);
const runs = (hold: RefusalHold | undefined, now: number) => heldSlots(lease, hold, now).running;

test('refusals in a row wait longer, and meanwhile one server tries', () => {
  let hold: RefusalHold | undefined;
  let now = 0;
  const waits: number[] = [];
  for (let n = 0; n < 8; n++) {
    hold = afterRefusal(hold, refused, using(3), now);
    waits.push((hold.until - now) / 1000);
    expect([runs(hold, hold.until - 1), runs(hold, hold.until)]).toEqual([3, 4]);
    now = hold.until;
  }
  expect(waits).toEqual([15, 30, 60, 120, 240, 480, 600, 600]);
});

test('servers that are refused together are refused once', () => {
  const first = afterRefusal(undefined, refused, using(7), 0);
  const last = afterRefusal(first, refused, using(0), 1_000);
  expect(last).toMatchObject({ refusals: 1, limit: 0, until: 15_000 });
});

test('a success lets twice as many try, until nothing is held back', () => {
  let hold: RefusalHold | undefined = afterRefusal(undefined, refused, using(3), 0);
  // In the place of a job that has ended.
  expect(afterSuccess(hold, using(3))).toBe(hold);
  const allowed: number[] = [];
  for (let running = 4; hold; running++) {
    hold = afterSuccess(hold, using(running));
    allowed.push(runs(hold, 20_000));
  }
  expect(allowed).toEqual([6, 9, 14, 20]);
});

test('what was refused once is tried as soon as the lease grows; what goes on being refused is not', () => {
  const once = afterRefusal(undefined, refused, using(3), 0);
  expect(releasedHold(once, 1_000)?.until).toBe(1_000);
  const twice = afterRefusal(once, refused, using(3), 15_000);
  expect(releasedHold(twice, 16_000)).toEqual(twice);
});

test('the operator reads the code and when it is tried again', () => {
  expect(refusalReason(afterRefusal(undefined, refused, using(0), 0), 0)).toBe(
    'SMC refuses to run one more job: QuotaExceeded.Vpc: no VPC left; one server tries again at 1970-01-01T00:00:15Z',
  );
});
