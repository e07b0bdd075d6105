import { CancelledFailure } from '@temporalio/activity';
import { noteFailure } from '../../../activities/calls/call-history';
import { smcApplicationFailure } from '../../../activities/calls/smc-failure';
import { SmcError } from '../../../src/smc';
import { aWorkbench, closeAll, failureOf } from '../a-workbench';

afterEach(closeAll);

test.each([
  ['Throttling.User', true, 'throttled'],
  ['ServiceUnavailable', true, 'transient'],
  ['QuotaExceeded.ReplicationJob', false, 'quota'],
  ['ReplicationJob.InvalidStatus', false, 'state'],
  ['Forbidden.RAM', true, 'account'],
  ['InvalidSecurityToken.Expired', true, 'account'],
  ['VSwitchIdVpcId.Mismatch', false, 'fatal'],
])('%s is retried: %s', async (code, isRetried, errorClass) => {
  const bench = await aWorkbench({ faults: { calls: [{ error: { code, message: 'said so' } }] } });
  const failure = await failureOf(bench.run('describeSourceServers', {}));
  expect(failure).toMatchObject({ type: code, isRetried, class: errorClass });
  expect(failure.message).toMatch(/said so.*RequestId/);
});

test('a throttled call waits longer at each attempt, at most half a minute and a half', async () => {
  const bench = await aWorkbench({ faults: { calls: [{ error: { code: 'Throttling' } }] } });
  const delayAt = async (attempt: number) => {
    const run = bench.runIn(bench.environment(attempt));
    return (await failureOf(run('describeSourceServers', {}))).nextRetryDelay as number;
  };
  expect(await delayAt(1)).toBeLessThanOrEqual(1500);
  expect(await delayAt(4)).toBeGreaterThanOrEqual(4000);
  expect(await delayAt(30)).toBeLessThanOrEqual(45_000);
});

test('a call is not repeated before the time the service asks for, unless that is hours away', () => {
  const delayFor = (retryAfterSeconds: number) =>
    smcApplicationFailure(new SmcError({ code: 'Throttling', message: '', retryAfterSeconds }), 1)
      .nextRetryDelay as number;
  expect(delayFor(40)).toBeGreaterThanOrEqual(40_000);
  expect(delayFor(40)).toBeLessThanOrEqual(60_000);
  expect(delayFor(86_400)).toBeLessThanOrEqual(900_000);
});

test('what the account refuses is asked again every 10 s to a minute, and its attempts are not held against the call', async () => {
  const refused = { calls: [{ operation: 'StartReplicationJob', error: { code: 'Forbidden.RAM' } }] };
  const bench = await aWorkbench({ faults: refused });
  const delayAt = async (attempt: number) => {
    const run = bench.runIn(bench.environment(attempt));
    return (await failureOf(run('startReplicationJob', { jobId: 'j-1' }))).nextRetryDelay as number;
  };
  for (const attempt of [1, 5, 1_000]) {
    expect(await delayAt(attempt)).toBeGreaterThanOrEqual(7_500);
    expect(await delayAt(attempt)).toBeLessThanOrEqual(60_000);
  }
  const account = new SmcError({ code: 'Forbidden.RAM', message: '' });
  const outage = new SmcError({ code: 'ServiceUnavailable', message: '' });
  const hour = 3_600_000;
  const histories = [outage, account, outage].map((_, nth, all) =>
    all.slice(0, nth + 1).reduce((history, one, i) => noteFailure(history, one, i * 20 * hour), {}),
  );
  expect(histories).toEqual([
    { accountRefusals: 0, failingSince: 0 },
    { accountRefusals: 1 },
    { accountRefusals: 1, failingSince: 40 * hour },
  ]);
});

test('a survey, before anything has begun, is refused at once', async () => {
  const bench = await aWorkbench({ faults: { calls: [{ error: { code: 'Forbidden.RAM' } }] } });
  const servers = [{ name: 'web-01', sourceId: 's-1' }];
  const failure = await failureOf(bench.run('surveySourceServers', { batch: 'dc1', servers }));
  expect(failure).toMatchObject({ type: 'Forbidden.RAM', isRetried: false, class: 'account' });
});

test('a call is given up on cancellation', async () => {
  const bench = await aWorkbench({ faults: { calls: [{ latencyMs: 30_000 }] } });
  const environment = bench.environment(1);
  const call = bench.runIn(environment)('describeSourceServers', {});
  setTimeout(() => environment.cancel(), 50);
  await expect(call).rejects.toThrow(CancelledFailure);
});

test('a failure keeps every secret to itself', async () => {
  const bench = await aWorkbench({ secret: 'not-to-be-seen' });
  const failure = await failureOf(bench.run('describeSourceServers', {}));
  expect(failure.type).toBe('SignatureDoesNotMatch');
  expect(JSON.stringify(failure)).not.toMatch(/not-to-be-seen/);
});
