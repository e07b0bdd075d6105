import { CancelledFailure } from '@temporalio/activity';
import { smcApplicationFailure } from '../../activities/smc-failure';
import { SmcError } from '../../src/smc';
import { aWorkbench, closeAll, failureOf } from './a-workbench';

afterEach(closeAll);

test.each([
  ['Throttling.User', true, 'throttled'],
  ['ServiceUnavailable', true, 'transient'],
  ['QuotaExceeded.ReplicationJob', false, 'quota'],
  ['ReplicationJob.InvalidStatus', false, 'state'],
  ['Forbidden.RAM', false, 'fatal'],
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

test('a call is given up on cancellation', async () => {
  const bench = await aWorkbench({ faults: { calls: [{ latencyMs: 30_000 }] } });
  const environment = bench.environment(1);
  const call = bench.runIn(environment)('describeSourceServers', {});
  setTimeout(() => environment.cancel(), 50);
  await expect(call).rejects.toThrow(CancelledFailure);
});

test('no secret is in a failure', async () => {
  const bench = await aWorkbench({ secret: 'not-to-be-seen' });
  const failure = await failureOf(bench.run('describeSourceServers', {}));
  expect(failure.type).toBe('SignatureDoesNotMatch');
  expect(JSON.stringify(failure)).not.toMatch(/not-to-be-seen/);
});
