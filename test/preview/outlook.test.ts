import type { TimeWindow } from '../../src/plan';
import { scheduleServers } from '../../src/preview';
import { outlook } from '../../src/preview/outlook';
import { outlookLines } from '../../src/preview/outlook-text';

// A Sunday.
const now = Date.parse('2026-03-01T10:00:00Z');
const hour = 3_600;
const nightly: TimeWindow = { from: '22:00', to: '02:00', timezone: 'UTC' };

/** The outlook of servers of one wave that take so many hours each. */
function ahead(
  hours: number[],
  {
    maxConcurrent = 10,
    running = 10,
    taken = 0,
    window,
  }: { maxConcurrent?: number; running?: number; taken?: number; window?: TimeWindow } = {},
) {
  const servers = hours.map((length, i) => ({ name: `s${i + 1}`, wave: 'web', seconds: length * hour }));
  const windows = new Map(window ? [['web', window]] : []);
  return outlook({
    now,
    limits: [
      { setting: 'policy.maxConcurrent', value: maxConcurrent, free: maxConcurrent },
      { setting: 'account.quota.running', value: running, free: running - taken },
    ],
    servers,
    windows: [...windows.keys()],
    secondsToEnd: (slots, withWindows) =>
      scheduleServers([{ name: 'web', overlap: false }], servers, slots, {
        now,
        lockoutDates: [],
        windows: withWindows ? windows : new Map(),
      }).secondsToEnd,
  });
}
const text = (...of: Parameters<typeof ahead>) => outlookLines({ outlook: ahead(...of) }, now, 'UTC');

test.each<[string, Parameters<typeof ahead>, string[]]>([
  [
    'the batch’s own limit',
    [[2, 2, 2, 2], { maxConcurrent: 1 }],
    [
      'If started now, done about 18:00, in 8 h 0 min.',
      'What bounds it: policy.maxConcurrent (1).',
      'With policy.maxConcurrent 2: done about 14:00, in 4 h 0 min.',
    ],
  ],
  [
    'the quota, of which others have some',
    [[2, 2, 2, 2], { running: 3, taken: 2 }],
    [
      'If started now, done about 18:00, in 8 h 0 min.',
      'What bounds it: account.quota.running (3, 1 of them free now).',
      'With account.quota.running 4: done about 14:00, in 4 h 0 min.',
    ],
  ],
  [
    'both limits, which have to be raised together',
    [[2, 2], { maxConcurrent: 1, running: 1 }],
    [
      'If started now, done about 14:00, in 4 h 0 min.',
      'What bounds it: policy.maxConcurrent (1) and account.quota.running (1).',
      'With policy.maxConcurrent 2 and account.quota.running 2: done about 12:00, in 2 h 0 min.',
    ],
  ],
  [
    'the longest server',
    [[2, 18.75, 3]],
    [
      'If started now, done about Mon 04:45, in 18 h 45 min.',
      'It cannot end before its longest server, s2 (about 18 h 45 min). More slots would not help.',
    ],
  ],
  [
    'the window, which opens at night',
    [[1, 1], { window: nightly }],
    [
      'If started now, done about 23:00, in 13 h 0 min.',
      'What bounds it: the window of web.',
      'Without windows: done about 11:00, in 60 min.',
    ],
  ],
  [
    'the window and the slots: those for which a server must wait until the next night',
    [[3, 3, 3], { window: nightly, maxConcurrent: 1 }],
    [
      'If started now, done about Tue 01:00, in 39 h 0 min.',
      'What bounds it: the window of web.',
      'Without windows: done about 19:00, in 9 h 0 min.',
      'With policy.maxConcurrent 2: done about Mon 04:00, in 18 h 0 min.',
    ],
  ],
])('the forecast says when the batch is done, and what bounds it: %s', (_, of, lines) => {
  expect(text(...of)).toEqual(lines);
});

test('where servers wait for others no single server is said to bound the batch', () => {
  const servers = [4, 3].map((hours, i) => ({ name: `s${i + 1}`, wave: `w${i + 1}`, seconds: hours * hour }));
  const waves = servers.map(({ wave }) => ({ name: wave, overlap: false }));
  const found = outlook({
    now,
    limits: [{ setting: 'policy.maxConcurrent', value: 2, free: 2 }],
    servers,
    windows: [],
    secondsToEnd: (slots) => scheduleServers(waves, servers, slots).secondsToEnd,
  });
  expect(found.boundBy).toEqual({ kind: 'order', server: 's1', seconds: 4 * hour });
  expect(outlookLines({ outlook: found }, now, 'UTC')[1]).toContain('servers wait for others');
});

test('a batch with nothing to do has no bound, and one whose window never opens no end', () => {
  expect(ahead([])).toEqual({ instead: [] });
  const never = { ...nightly, days: [] };
  expect(text([1], { window: never })).toEqual([
    'If started now, some servers would never start: their windows do not open within a year.',
    'What bounds it: the window of web.',
    'Without windows: done about 11:00, in 60 min.',
  ]);
});

test('against a simulator it says so, and how fast that is', () => {
  const [line] = outlookLines({ outlook: ahead([1]), simulatedSpeed: 600 }, now);
  expect(line).toContain('its time runs 600 times as fast');
});
