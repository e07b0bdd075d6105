import { setTimeout as sleep } from 'node:timers/promises';
import { follow } from '../../src/batch-client/look/follow';
import { captured } from '../plan/captured';
import { aServer } from '../report/a-batch';
import { aBatchClient } from './a-batch-client';

const migrating = aServer({ phase: 'migrating', endedAt: undefined, imageId: undefined });
const stopped = {
  servers: [
    aServer({ phase: 'failed' }),
    aServer({ server: 'web-02', phase: 'waiting' }),
    // Its job broke, and is not started again before the operator has decided.
    aServer({ server: 'web-03', phase: 'queued' }),
  ],
  progress: { status: 'stopped' as const, waiting: 'too many have failed' },
};

test('each change is a line, and the report comes at the end; exit code 0', async () => {
  let code: number | undefined;
  const { stdout } = await captured(async () => {
    code = await follow(aBatchClient([{ servers: [migrating] }, { servers: [aServer()] }]), 'text');
  });
  expect(code).toBe(0);
  expect(stdout).toContain('web-01 migrating (job j-bp1web01)\n');
  expect(stdout).toContain('1 migrated of 1 servers\n');
});

test('-o json prints one document at the end, and the changes on stderr', async () => {
  const looks = [{ servers: [migrating] }, { servers: [aServer({ phase: 'failed' })] }];
  let code: number | undefined;
  const { stdout, stderr } = await captured(async () => {
    code = await follow(aBatchClient(looks), 'json');
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
  const client = {
    ...aBatchClient([{ servers: [migrating] }]),
    progress: () => new Promise<never>(() => {}),
  };
  let code: number | undefined;
  const { stdout } = await captured(async () => {
    const following = follow(client, 'text', { signal: leave.signal });
    await sleep(10);
    leave.abort();
    code = await following;
  });
  expect(code).toBe(0);
  expect(stdout).toBe("Batch 'dc1-exit' goes on without you. To watch it again: smc-batch watch dc1-exit\n");
});

test('following ends with exit code 3 once a batch has stopped and its last server has ended', async () => {
  let code: number | undefined;
  const { stdout } = await captured(async () => {
    code = await follow(aBatchClient([stopped]), 'text');
  });
  expect(code).toBe(3);
  expect(stdout).toContain("Batch 'dc1-exit' has stopped: too many have failed\n");
});

test('of a batch that ends with its follower nothing is said that could not be done', async () => {
  const leave = new AbortController();
  const failed = aServer({ phase: 'failed' });
  const next = ['smc-batch retry dc1-exit'];
  const ended = { servers: [failed], progress: { next } };
  const { stdout } = await captured(async () => {
    await follow(aBatchClient([{ servers: [migrating] }, ended]), 'text', {
      isShortLived: true,
      onView: (tell) => tell('worker killed'),
    });
    const following = follow(aBatchClient([{ servers: [migrating] }]), 'text', {
      isShortLived: true,
      signal: leave.signal,
    });
    leave.abort();
    await following;
  });
  expect(stdout).toMatch(/^worker killed\n/);
  expect(stdout).not.toMatch(/smc-batch retry|--output wide|goes on without you/);
});
