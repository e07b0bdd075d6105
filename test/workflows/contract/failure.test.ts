import {
  ActivityFailure,
  ApplicationFailure,
  DefaultFailureConverter,
  defaultPayloadConverter,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { finalFailure, passingFailure, smcApplicationFailure } from '../../../activities/calls/smc-failure';
import { SmcError } from '../../../src/smc';
import {
  failureDetailOf,
  isAccountRefusal,
  isFinalRefusal,
  isGivenUp,
  isQuotaRefusal,
  isSourceStateRefusal,
  isTimeout,
  smcFailureOf,
} from '../../../workflows/contract/failure';

jest.mock('../../../activities/calls/account-trouble', () => ({ accountRefused: () => undefined }));

const converter = new DefaultFailureConverter();
const refusal = (code: string) =>
  new SmcError({ code, message: 'said so', action: 'StartReplicationJob', requestId: 'R-1' });

/** As its workflow gets it: written to a history, read back, inside the failure of its activity. */
function crossed(thrown: Error, retryState: RetryState = RetryState.NON_RETRYABLE_FAILURE): ActivityFailure {
  const proto = converter.errorToFailure(thrown, defaultPayloadConverter);
  const cause = converter.failureToError(proto, defaultPayloadConverter);
  return new ActivityFailure('Activity task failed', 'startReplicationJob', '1', retryState, 'worker', cause);
}

const judges = { isAccountRefusal, isFinalRefusal, isGivenUp, isQuotaRefusal, isSourceStateRefusal };
const meanings = (error: unknown) =>
  Object.entries(judges)
    .filter(([, judge]) => judge(error))
    .map(([name]) => name);

test.each([
  ['Throttling.User', ['isGivenUp']],
  ['ServiceUnavailable', ['isGivenUp']],
  ['QuotaExceeded.ReplicationJob', ['isFinalRefusal', 'isQuotaRefusal']],
  ['ReplicationJob.InvalidStatus', ['isFinalRefusal']],
  ['SourceServerState.Invalid', ['isFinalRefusal', 'isSourceStateRefusal']],
  ['VSwitchIdVpcId.Mismatch', ['isFinalRefusal']],
])('%s that ends an activity means to its workflow: %j', (code, expected) => {
  const error = crossed(finalFailure(refusal(code)));
  expect(meanings(error)).toEqual(expected);
  expect(smcFailureOf(error)).toMatchObject({
    code,
    message: 'said so',
    action: 'StartReplicationJob',
    requestId: 'R-1',
  });
});

test('what the account refuses is no last word, though Temporal gives up the wait', () => {
  const error = crossed(smcApplicationFailure(refusal('Forbidden.RAM'), 1), RetryState.TIMEOUT);
  expect(meanings(error)).toEqual(['isAccountRefusal', 'isGivenUp']);
});

test('a source that is migrated crosses with its ledger and the job that stays', () => {
  const migrated = { entry: { batch: 'dc2', image: 'm-1' }, jobId: 'j-1' };
  expect(failureDetailOf(crossed(finalFailure(refusal('AlreadyMigrated'), { migrated })))).toMatchObject({
    migrated,
    failure: { code: 'AlreadyMigrated' },
  });
});

test('a failure that will pass is run again, whatever its class, after the time that it names', () => {
  const { nonRetryable, nextRetryDelay, type } = passingFailure(
    refusal('ReplicationJob.InvalidStatus'),
    60_000,
  );
  expect([nonRetryable, nextRetryDelay, type]).toEqual([false, 60_000, 'ReplicationJob.InvalidStatus']);
});

test('its one line in the Temporal UI names the code, the call and what to do', () => {
  expect(finalFailure(refusal('VSwitchIdVpcId.Mismatch')).message).toMatch(
    /^VSwitchIdVpcId\.Mismatch: said so \(StartReplicationJob, RequestId R-1\)\. The vSwitch is not in that VPC/,
  );
});

test('a timeout, and an error of our own code, keep their messages', () => {
  const timeout = new TimeoutFailure('too late', undefined, TimeoutType.SCHEDULE_TO_CLOSE);
  expect([isTimeout(crossed(timeout)), smcFailureOf(crossed(timeout)).code]).toEqual([true, 'TimedOut']);
  const bug = crossed(ApplicationFailure.retryable('no such thing', 'TypeError'));
  expect([failureDetailOf(bug), smcFailureOf(bug)]).toMatchObject([
    undefined,
    { code: 'Unexpected', message: 'no such thing' },
  ]);
});
