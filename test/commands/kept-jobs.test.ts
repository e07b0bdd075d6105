import type { BatchClient } from '../../src/commands/batch-client';
import { follow } from '../../src/commands/follow';
import type { BatchProgress } from '../../workflows/messages';
import { captured } from '../plan/captured';
import { aBatch, aServer } from '../report/a-batch';

const hour = 3_600_000;
const keptFor = (server: string, hours: number) =>
  aServer({
    server,
    phase: 'failed',
    startedAt: Date.now() - hours * hour,
    endedAt: Date.now(),
    leftover: { jobId: `j-${server}`, why: 'keptByPolicy' },
  });
const servers = [keptFor('db-01', 20), keptFor('db-02', 21), aServer()];
const reminder =
  '2 kept jobs have billed 41 instance-hours so far, unless they were deleted since: smc-batch cleanup dc1-exit\n';

function aClient(progress: Partial<BatchProgress> = {}): BatchClient {
  const batch = aBatch(servers, progress);
  return {
    batch: 'dc1-exit',
    progress: async () => batch.progress,
    servers: async ({ phases } = {}) => servers.filter(({ phase }) => phases?.includes(phase) ?? true),
    status: async () => (batch.progress.status === 'ended' ? 'COMPLETED' : 'RUNNING'),
    heartbeat: async () => undefined,
    pending: async () => [],
    trouble: async () => undefined,
    start: async () => 'attached',
    cancel: async () => {},
    result: async () => undefined,
  };
}

test.each([
  ['has ended', {}],
  ['has stopped', { status: 'stopped' as const }],
])('watching a batch that %s ends with what its kept jobs cost', async (_, progress) => {
  const { stdout } = await captured(() => follow(aClient(progress), 'text'));
  expect(stdout.endsWith(reminder)).toBe(true);
});

test('-o json says what each kept job has cost, and all of them', async () => {
  const { stdout } = await captured(() => follow(aClient(), 'json'));
  const { keptJobs, servers } = JSON.parse(stdout);
  expect(keptJobs).toEqual({ jobs: 2, instanceHours: 41 });
  expect(servers[0].leftover).toEqual({ jobId: 'j-db-01', why: 'keptByPolicy', instanceHours: 20 });
  expect(servers[2].leftover).toBeUndefined();
});
