import { nowLine } from '../../src/commands/explain-text';
import type { PendingAttempt } from '../../src/commands/pending-attempt';

const now = Date.parse('2026-03-02T06:00:00Z');
const stopping: PendingAttempt = {
  activity: 'stopReplicationJob',
  attempt: 1,
  heartbeat: {
    jobId: 'j-bp1web01',
    changedAt: now,
    status: 'Running',
    businessStatus: 'Processing',
    progress: 60,
  },
};
test('what an activity does: the job as it was last seen, and why the last look failed', () => {
  const look: PendingAttempt = { ...stopping, activity: 'awaitReplicationJob' };
  expect(nowLine(look, now)).toBe('now        awaitReplicationJob, attempt 1, the job is Processing 60 %');
  const failing = { ...look, heartbeat: { ...look.heartbeat!, pollError: 'ServiceUnavailable: busy' } };
  expect(nowLine(failing, now)).toContain('60 %: ServiceUnavailable: busy');
  expect(
    nowLine(
      {
        activity: 'createReplicationJob',
        attempt: 9,
        nextAttemptAt: now + 20_000,
        lastFailure: 'Busy: later',
      },
      now,
    ),
  ).toBe('now        createReplicationJob, attempt 9, next in 20 s: Busy: later');
});
