import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { batchFailure, resultOfFailure } from '../../../workflows/contract/ends/batch-end';
import { endOfFailure, serverFailure } from '../../../workflows/contract/ends/server-end';
import { byPhase } from './by-phase';

const converter = new DefaultFailureConverter();

/** A failure as Temporal hands it to who asks for the result of a workflow. */
function crossed(failure: Error): Error {
  const proto = converter.errorToFailure(failure, defaultPayloadConverter);
  return new Error('workflow failed', { cause: converter.failureToError(proto, defaultPayloadConverter) });
}

const error = {
  code: 'InternalError',
  message: 'replication job j-1 is InError',
  remedy: 'Remove the cause.',
  requestId: 'R-1',
};
const evidence = { jobId: 'j-1', readAt: 5, job: { status: 'InError', statusInfo: '{"error_code":"S1"}' } };

test('a server that failed is a failure with its code, a sentence and one detail, and is read as it was', () => {
  const failed = { outcome: 'failed' as const, error, jobId: 'j-1', evidence };
  const failure = serverFailure(failed);
  expect(failure).toMatchObject({
    type: 'InternalError',
    nonRetryable: true,
    message: 'InternalError: replication job j-1 is InError (RequestId R-1). Remove the cause.',
  });
  expect(failure.details).toEqual([{ failure: error, jobId: 'j-1', evidence }]);
  expect(endOfFailure(crossed(failure))).toEqual(failed);
});

test('a text of the API that is too long for Temporal is cut', () => {
  const failure = serverFailure({ outcome: 'failed', error: { ...error, message: 'x'.repeat(3_000_000) } });
  expect(JSON.stringify([failure.message, failure.details]).length).toBeLessThan(20_000);
});

test('a batch with failed servers is a failure that counts them, and its result stays readable', () => {
  const counts = byPhase({ migrated: 57, failed: 3 });
  const times = { startedAt: '2026-03-01T22:00:00.000Z', endedAt: '2026-03-02T22:00:00.000Z' };
  const result = { batch: 'dc1', counts, total: 60, waves: [], ...times };
  const failure = batchFailure(result);
  expect(failure.message).toBe('3 of 60 servers failed');
  expect(resultOfFailure(crossed(failure))).toEqual(result);
});

test.each([
  ['a batch that could not start', new Error('TimeZoneUnknown')],
  ['a server whose workflow broke', new Error('a bug')],
])('%s has no result', (_, failure) => {
  expect([resultOfFailure(crossed(failure)), endOfFailure(crossed(failure))]).toEqual([undefined, undefined]);
});
