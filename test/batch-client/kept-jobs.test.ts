import { follow } from '../../src/batch-client/look/follow';
import { captured } from '../plan/captured';
import { aServer } from '../report/a-batch';
import { aBatchClient } from './a-batch-client';

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
  '2 kept jobs: 41 instance-hours billed so far, unless they were deleted since: smc-batch cleanup dc1-exit\n';

test.each([
  ['has ended', {}],
  ['has stopped', { status: 'stopped' as const }],
])('watching a batch that %s ends with what its kept jobs cost', async (_, progress) => {
  const { stdout } = await captured(() => follow(aBatchClient([{ servers, progress }]), 'text'));
  expect(stdout.replace(/\nnext: .*\n$/, '').endsWith(reminder)).toBe(true);
});

test('-o json says what each kept job has cost, and all of them', async () => {
  const { stdout } = await captured(() => follow(aBatchClient([{ servers }]), 'json'));
  const told = JSON.parse(stdout);
  expect(told.keptJobs).toEqual({ jobs: 2, instanceHours: 41 });
  expect(told.servers[0].leftover).toEqual({ jobId: 'j-db-01', why: 'keptByPolicy', instanceHours: 20 });
  expect(told.servers[2].leftover).toBeUndefined();
});
