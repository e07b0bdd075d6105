import { seeTheJob } from '../../../src/smc/see-the-job';
import type { JobEnd } from '../../../workflows/contract/server-messages';
import {
  keptResult,
  mustBeLookedAt,
  nextOf,
  removalAfter,
  resultWithoutJob,
} from '../../../workflows/server/removal';

const policy = (onFailure: 'deleteJob' | 'keepJob') => ({
  policy: {
    attempts: 1,
    restartDelaySeconds: 1,
    jobTimeoutSeconds: 1,
    stallTimeoutSeconds: 1,
    onFailure,
  },
});
const jobIn = (status: string) => ({ jobId: 'j-1', status });
const failure = (code: string) => ({ code, message: 'said so', remedy: 'Do this.' });

test.each<[string, JobEnd, string, string | undefined, string]>([
  ['has broken', 'InError', 'InError', undefined, 'delete'],
  ['was stopped for standing still', 'Stalled', 'Stopped', 'ReplicationJob.Stalled', 'delete'],
  ['has finished', 'Finished', 'Finished', undefined, 'tag'],
  ['has gone', 'Gone', 'Gone', 'ReplicationJob.Gone', 'nothing'],
  ['could not be started', 'NotStarted', 'Ready', 'SourceServerState.Invalid', 'stop'],
  ['was refused a call for good', 'Unknown', 'Waiting', 'Forbidden', 'stop'],
  ['is in a status that is not known', 'Unknown', 'Unknown', 'UnknownStatus', 'keep'],
  ['was refused a start for a status that is not known', 'Unknown', 'Ready', 'UnknownStatus', 'keep'],
])('a job that %s: what is done first', (_, end, status, code, step) => {
  const removal = removalAfter(jobIn(status), { end, error: code ? failure(code) : undefined });
  expect(nextOf(policy('deleteJob'), removal).step).toBe(step);
});

test('a cancelled job is stopped, whatever it was last seen in', () => {
  expect(nextOf(policy('keepJob'), removalAfter(jobIn('Waiting'), 'cancelled')).step).toBe('stop');
});

test.each(['deleteJob', 'keepJob'] as const)(
  'the policy %s is for a job that has broken alone',
  (onFailure) => {
    const step = (end: JobEnd) => nextOf(policy(onFailure), removalAfter(jobIn(end), { end })).step;
    expect([step('InError'), step('Finished')]).toEqual([onFailure === 'keepJob' ? 'keep' : 'delete', 'tag']);
  },
);

test('a job with work in it stays after a refusal, and the operator reads how to go on', () => {
  const refused = removalAfter(jobIn('Waiting'), { end: 'Unknown', error: failure('Forbidden.Cutover') });
  const seen = { ...refused, status: 'Waiting', error: failure('ReplicationJob.Waiting') };
  const next = nextOf(policy('deleteJob'), seen);
  if (next.step !== 'keep') throw new Error(next.step);
  expect(keptResult('dc1', 'j-1', seen, next.why)).toMatchObject({
    outcome: 'failed',
    error: {
      message: 'said so; said so',
      remedy: expect.stringMatching(
        /^Do this\. .* a retry of the server .* smc-batch cleanup dc1 deletes them\.$/,
      ),
    },
    leftover: { jobId: 'j-1', why: 'refused' },
  });
});

test('a job that is the only proof of a migration stays, with why its source was not tagged', () => {
  const removal = {
    ...removalAfter(jobIn('Finished'), { end: 'Finished', imageId: 'm-1', imageName: 'golden' }),
    ledger: 'refused' as const,
    error: failure('NumberExceed.Tags'),
  };
  const next = nextOf(policy('deleteJob'), removal);
  if (next.step !== 'keep') throw new Error(next.step);
  expect(keptResult('dc1', 'j-1', removal, next.why)).toMatchObject({
    outcome: 'migrated',
    imageId: 'm-1',
    imageName: 'golden',
    leftover: { jobId: 'j-1', why: 'ledgerNotWritten', error: { code: 'NumberExceed.Tags' } },
  });
});

test.each([
  ['has broken', 'InError', true],
  ['has finished', 'Finished', false],
  ['has gone', 'Gone', false],
] as const)('a job that %s is looked at once before it goes or stays: %s, %p', (_, end, isLookedAt) => {
  const removal = removalAfter(jobIn(end), { end });
  for (const onFailure of ['deleteJob', 'keepJob'] as const)
    expect(mustBeLookedAt(removal, nextOf(policy(onFailure), removal))).toBe(isLookedAt);
  expect(mustBeLookedAt({ ...removal, isLookedAt: true }, { step: 'delete' })).toBe(false);
});

test('the remedy sends nobody to a job that is deleted, and tells how to keep the next one', () => {
  const removal = removalAfter(jobIn('InError'), { end: 'InError' });
  const kept = keptResult('dc1', 'j-1', removal, 'keptByPolicy');
  expect(kept).toMatchObject({
    error: { remedy: expect.stringContaining('See the job in the SMC console') },
  });
  const gone = resultWithoutJob({ ...removal.result, evidence: { jobId: 'j-1', readAt: 1 } } as never);
  expect(gone).toMatchObject({
    error: {
      remedy:
        'Its job has been deleted. What SMC said of it last is kept with the server. Remove the cause, then retry the server. To keep the job of a server that fails, set policy.onFailure: keepJob in the plan.',
    },
  });
});

const keepNext = 'To keep the job of a server that fails, set policy.onFailure: keepJob in the plan.';

test.each([
  [
    'See the cause, then retry the server.',
    'See the cause, then retry the server. Its job has been deleted.',
  ],
  ['Ask for more.', 'Ask for more. Then retry the server. Its job has been deleted.'],
  [seeTheJob, 'Its job has been deleted. Remove the cause, then retry the server.'],
])('whatever the error of a deleted job, its remedy says that the job is gone: %s', (remedy, said) => {
  const result = { outcome: 'failed' as const, jobId: 'j-1', error: { code: 'S1', message: '', remedy } };
  expect(resultWithoutJob(result)).toEqual({
    ...result,
    error: { ...result.error, remedy: `${said} ${keepNext}` },
  });
});

test('a job that somebody else has deleted is not said to be deleted again', () => {
  const gone = { outcome: 'failed' as const, jobId: 'j-1', error: failure('ReplicationJob.Gone') };
  expect(resultWithoutJob(gone)).toBe(gone);
});
