import { forecast } from '../../../workflows/batch/forecast';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import { aBatch, aPlan, aServer, withLease } from './a-batch';

const migrating: ServerRecord = { phase: 'migrating', round: 1, startedAt: 0, jobId: 'j-1', runId: 'r' };
const others = Array.from({ length: 9 }, (_, i) => aServer(`web-${i}`, { wave: 'web' }));
const plan = aPlan([aServer('canary', { wave: 'canary' }), ...others], {
  waves: [{ name: 'canary' }, { name: 'web' }],
});

/** Seconds to the end of a batch whose first wave needs one slot, where it has asked for so many. */
function secondsAhead(asked: number, contended = false): number {
  const batch = withLease(aBatch(plan, { canary: migrating }), 1);
  const { holding } = batch.state;
  const slots = { existing: asked, running: asked };
  batch.state.holding = {
    ...holding,
    lease: { ...holding.lease, contended, quota: { jobs: 100, running: 50, changedAt: 0 } },
    lastReport: { demand: slots, syncs: 0, idle: 0, at: 0, nth: 1 },
  };
  return forecast(batch.state, 0, { jobOf: () => 100, cleanUp: 0 }).endAt! / 1000;
}

test('a small wave that has all the slots it asked for does not slow the estimate of the large one after it', () => {
  expect(secondsAhead(1)).toBe(200);
});

test('a batch that gets fewer slots than it asks for, or shares them, is estimated with what it has', () => {
  expect(secondsAhead(5)).toBe(1_000);
  expect(secondsAhead(1, true)).toBe(1_000);
});
