import pc from 'picocolors';
import { explainStopping, factLines, nowLine } from '../../src/batch-client/look/explain-text';
import type { PendingAttempt } from '../../src/batch-client/look/pending-attempt';
import type { ServerExplanation } from '../../workflows/contract/views';
import { aServer, noPermission } from '../report/a-batch';

const now = Date.parse('2026-03-02T06:00:00Z');
const plain = pc.createColors(false);
const explained = (server: Parameters<typeof aServer>[0], why = 'why'): ServerExplanation => ({
  ...aServer(server),
  why,
});
const migrating = explained(
  { phase: 'migrating', endedAt: undefined, imageId: undefined, estimatedEnd: now + 600_000 },
  'its replication job is being created or runs',
);
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
const timedOut = {
  code: 'ReplicationJob.TimedOut',
  message: 'replication job j-bp1web01 has not ended within 14400 s',
  remedy: 'Raise policy.jobTimeout.',
};

test('what an activity does: the job as it was last seen, and why the last look failed', () => {
  const look: PendingAttempt = { ...stopping, activity: 'awaitReplicationJob' };
  expect(nowLine(look, now)).toBe('now        looks at its job again and again');
  const failing = { ...look, heartbeat: { ...look.heartbeat!, pollError: 'ServiceUnavailable: busy' } };
  expect(nowLine(failing, now)).toContain('again and again: ServiceUnavailable: busy');
  expect(
    nowLine(
      {
        activity: 'createReplicationJob',
        attempt: 9,
        nextAttemptAt: now + 20_000,
        lastFailure: 'Busy: later',
      },
      now,
      'UTC',
    ),
  ).toBe('now        creates its job, attempt 9, next at 06:00, in 20 s: Busy: later');
});

test('a job past its jobTimeout is explained by what smc-batch waits for, without an estimated end', () => {
  const said = explainStopping(migrating, [stopping], { end: 'TimedOut', error: timedOut });
  expect(said.why).toBe(
    'its job ran longer than jobTimeout (TimedOut) and smc-batch waits until it can be stopped: SMC stops a job only while it is Syncing, and it is Processing 60 %; if the job finishes before, its server counts as migrated',
  );
  const lines = factLines(said, now, plain);
  expect(lines.join('\n')).not.toContain('ends about');
  expect(lines).toContain('remedy     Raise policy.jobTimeout.');
});

test('a job that is seen at work: what it does, and that there is nothing to do', () => {
  const jobSeen = { status: 'Running', businessStatus: 'Syncing', progress: 14, at: now };
  expect(factLines({ ...migrating, jobSeen }, now, plain)).toContain(
    'why        its job is at work (Syncing 14 %); there is nothing to do',
  );
});

test('a place in the queue says what the order is', () => {
  const at = (phase: 'waiting' | 'queued') => factLines({ ...explained({ phase }), place: 6 }, now, plain);
  expect(at('waiting')).toContain('place      6 in the queue (in each wave the largest first)');
  expect(at('queued')).toContain('place      6 in the queue');
});

test('a cancelled server says so; without a stop under way the batch has the word', () => {
  expect(explainStopping(migrating, [stopping], { end: 'Stopped' }).why).toContain('it was cancelled');
  expect(explainStopping(migrating, [stopping]).why).toContain('waits until it can be stopped');
  expect(explainStopping(migrating, [])).toEqual(migrating);
});

test('a job that could not be deleted: with the code of the refusal and its remedy', () => {
  const refused = { ...noPermission, action: 'DeleteReplicationJob' };
  const server = explained({
    phase: 'failed',
    error: timedOut,
    leftover: { jobId: 'j-bp1web01', why: 'deleteFailed', error: refused },
  });
  const lines = factLines(server, now, plain);
  const at = lines.findIndex((line) =>
    line.startsWith('left       job j-bp1web01: the API did not delete it'),
  );
  expect(lines.slice(at + 1, at + 3)).toEqual([
    'because    Forbidden.RAM: User not authorized to operate on the specified resource (DeleteReplicationJob, RequestId 0B1F2A3C-1111-2222-3333-444455556666)',
    'remedy     Give the RAM user AliyunSMCFullAccess.',
  ]);
});

test('an error of both the server and its job is shown once', () => {
  const error = { code: 'UnknownStatus', message: 'the status is odd', remedy: 'Upgrade.' };
  const server = explained({
    phase: 'failed',
    error,
    leftover: { jobId: 'j-bp1web01', why: 'unknownStatus', error },
  });
  expect(factLines(server, now, plain).filter((line) => line.startsWith('remedy'))).toHaveLength(1);
});
