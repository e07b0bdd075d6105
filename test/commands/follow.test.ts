import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchClient } from '../../src/commands/batch-client';
import { follow } from '../../src/commands/follow';
import type { BatchProgress, ServerView } from '../../workflows/messages';
import { captured } from '../plan/captured';
import { aBatch, aServer } from '../report/a-batch';

/** A batch that answers with one look after another, the last one for ever. */
function aClient(looks: { servers: ServerView[]; progress?: Partial<BatchProgress> }[]): BatchClient {
  const batches = looks.map(({ servers, progress }) => aBatch(servers, progress));
  const seen = () => batches[0]!;
  return {
    batch: 'dc1-exit',
    progress: async () => seen().progress,
    servers: async ({ phases, names } = {}) =>
      seen().servers.filter(
        ({ server, phase }) => (phases?.includes(phase) ?? true) && (names?.includes(server) ?? true),
      ),
    status: async () => {
      const { status } = seen().progress;
      if (batches.length > 1) batches.shift();
      return status === 'ended' ? 'COMPLETED' : 'RUNNING';
    },
    heartbeat: async () => undefined,
    pending: async () => [],
    trouble: async () => undefined,
    start: async () => 'attached',
    cancel: async () => {},
    result: async () => undefined,
  };
}

const migrating = aServer({ phase: 'migrating', endedAt: undefined, imageId: undefined });
const stopped = {
  servers: [aServer({ phase: 'failed' }), aServer({ server: 'web-02', phase: 'waiting' })],
  progress: { status: 'stopped' as const, waiting: 'too many have failed' },
};

test('changes are told a line each, and the report at the end; exit code 0', async () => {
  let code: number | undefined;
  const { stdout } = await captured(async () => {
    code = await follow(aClient([{ servers: [migrating] }, { servers: [aServer()] }]), 'text');
  });
  expect(code).toBe(0);
  expect(stdout).toContain('web-01 migrating (job j-bp1web01)\n');
  expect(stdout).toContain('1 migrated of 1 servers\n');
});

test('-o json prints one document at the end, and the changes on stderr', async () => {
  const looks = [{ servers: [migrating] }, { servers: [aServer({ phase: 'failed' })] }];
  let code: number | undefined;
  const { stdout, stderr } = await captured(async () => {
    code = await follow(aClient(looks), 'json');
  });
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    progress: { batch: 'dc1-exit', counts: { failed: 1 } },
    servers: [{ server: 'web-01', phase: 'failed' }],
  });
  expect(stderr).toContain('web-01 migrating');
});

test('leaving leaves at once, also while an answer is awaited, and says that the batch goes on', async () => {
  const leave = new AbortController();
  const client = { ...aClient([{ servers: [migrating] }]), progress: () => new Promise<never>(() => {}) };
  let code: number | undefined;
  const { stdout } = await captured(async () => {
    const following = follow(client, 'text', leave.signal);
    await sleep(10);
    leave.abort();
    code = await following;
  });
  expect(code).toBe(0);
  expect(stdout).toBe(
    "Batch 'dc1-exit' goes on without you. Take it up again with: smc-batch watch dc1-exit\n",
  );
});

test('a batch that has stopped with nothing under way is left, with exit code 3', async () => {
  let code: number | undefined;
  const { stdout } = await captured(async () => {
    code = await follow(aClient([stopped]), 'text');
  });
  expect(code).toBe(3);
  expect(stdout).toContain("Batch 'dc1-exit' has stopped: too many have failed\n");
});
