import { createMeter } from '../../src/metrics';
import { SmcError, type Transport } from '../../src/smc';
import { watchCalls } from '../../src/temporal/worker/watched-calls';

const meter = () => createMeter({ version: '1', taskQueue: 'q' });
const transport = (call: Transport['call']): Transport => ({
  call,
  simulatedSpeed: () => undefined,
  close: async () => {},
});

test('each call that changes something is one line of the log, with its job, its code and its RequestId', async () => {
  const lines: object[] = [];
  const watched = watchCalls(
    transport(async (action) => {
      if (action === 'DeleteReplicationJob')
        throw new SmcError({ code: 'ReplicationJob.InvalidStatus', message: 'runs', requestId: 'R-2' });
      return { RequestId: 'R-1', JobId: 'j-9' };
    }),
    meter(),
    (message, fields) => lines.push({ message, ...fields }),
  );
  await watched.call('DescribeReplicationJobs', {});
  await watched.call('TagResources', { ResourceType: 'sourceserver', 'ResourceId.1': 's-1' });
  await watched.call('CreateReplicationJob', { SourceId: 's-1' });
  await expect(watched.call('DeleteReplicationJob', { JobId: 'j-9' })).rejects.toThrow();
  expect(lines).toEqual([
    expect.objectContaining({ operation: 'TagResources', source: 's-1', code: 'OK' }),
    {
      message: 'SMC has accepted a call',
      operation: 'CreateReplicationJob',
      job: 'j-9',
      source: 's-1',
      code: 'OK',
      requestId: 'R-1',
    },
    {
      message: 'SMC has refused a call',
      operation: 'DeleteReplicationJob',
      job: 'j-9',
      source: undefined,
      code: 'ReplicationJob.InvalidStatus',
      requestId: 'R-2',
    },
  ]);
});

test('credentials that fail are counted, whether they cannot be had or are refused', async () => {
  const counted = meter();
  const codes = ['CredentialsMissing', 'InvalidAccessKeyId.NotFound', 'Throttling.User'];
  const watched = watchCalls(
    transport(async () => {
      throw new SmcError({ code: codes.shift()!, message: 'no' });
    }),
    counted,
    () => {},
  );
  for (let i = 0; i < 3; i++) await watched.call('DescribeSourceServers', {}).catch(() => {});
  const text = await counted.registry.metrics();
  expect(text).toContain('smc_batch_credentials_failures_total{code="CredentialsMissing"} 1');
  expect(text).toContain('smc_batch_credentials_failures_total{code="InvalidAccessKeyId.NotFound"} 1');
  expect(text).not.toContain('credentials_failures_total{code="Throttling.User"}');
});
