import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import type { Plan } from '../../../src/plan';
import { dataConverter, packageRoot } from '../../../src/temporal';
import { batchWorkflowId, quotaWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import {
  approveUpdate,
  cancelUpdate,
  changePlanUpdate,
  pauseUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
} from '../../../workflows/contract/orders';
import { aHouse, endedCount, type House, until, untilProgress } from '../house/a-house';

const folder = join(packageRoot(), 'test', 'histories');
const stored = () => readdirSync(folder).filter((name) => name.endsWith('.json'));

/** Names no machine and no path. */
const anonymous = (json: string) =>
  json.replace(/("identity"): "[^"]*"/g, '$1: "worker"').replace(/("stackTrace"): "[^"]*"/g, '$1: ""');

let house: House | undefined;
afterEach(() => house?.close());

// The name of the set that is recorded.
const recordAs = process.env.RECORD_HISTORIES;

if (recordAs) {
  test('records the histories of a batch with failures, gates, orders and an incremental server', async () => {
    house = await aHouse({ servers: 6, runningQuota: 2, speed: 1_500, seed: 'histories' });
    const [broken] = [...house.simulator.account.sources.values()];
    house.breakThings({ jobs: [{ source: broken!.sourceId, runs: 1, fail: { atProgress: 50 } }] });
    const plan = house.plan(6, {
      name: recordAs,
      waves: [{ name: 'first' }, { name: 'second', after: 'approval' }],
      server: (nth) =>
        nth === 1
          ? {
              job: { runOnce: false, frequency: 24, maxNumberOfImageToKeep: 1 },
              cutoverAt: new Date().toISOString(),
            }
          : { exclusive: nth > 3 ? 'pair' : undefined },
    });
    await house.startWorker();
    const batch = house.batch(plan);
    await batch.start(plan);
    const handle = house.client.workflow.getHandle(batchWorkflowId(plan.name));
    await handle.executeUpdate(pauseUpdate, { args: [{ by: 'recorder', waves: ['first'] }] });
    await handle.executeUpdate(resumeUpdate, { args: [{ by: 'recorder', waves: ['first'] }] });
    const held = [plan.servers[0]!.name];
    await until(async () => (await batch.servers({ names: held }))[0]?.phase === 'migrating');
    await handle.executeUpdate(pauseUpdate, { args: [{ by: 'recorder', servers: held }] });
    await untilProgress(batch, ({ counts }) => counts.queued === 1);
    await handle.executeUpdate(resumeUpdate, { args: [{ by: 'recorder', servers: held }] });
    await untilProgress(batch, (progress) => endedCount(progress) === 3);
    await handle.executeUpdate(approveUpdate, { args: [{ by: 'recorder', wave: 'second' }] });
    await batch.result();
    await store(plan, 3);
  });

  test('records the histories of a batch with jobs of an earlier batch, kept jobs and a changed plan', async () => {
    house = await aHouse({ servers: 9, jobsQuota: 6, runningQuota: 2, speed: 1_500, seed: 'left' });
    const plan = house.plan(8, {
      name: `${recordAs}-left`,
      policy: { attempts: 1, onFailure: 'keepJob' },
      waves: [{ name: 'first' }, { name: 'second', after: 'approval' }],
    });
    const [kept, skipped, , running, , ready, moved, gone] = plan.servers;
    house.breakThings({
      jobs: [kept, skipped].map((server) => ({
        source: server!.sourceId!,
        runs: 1,
        fail: { atProgress: 50 },
      })),
    });
    await house.leaveJob(plan, running!, { starts: true });
    for (const server of [ready, moved, gone]) await house.leaveJob(plan, server!);
    await house.startWorker();
    const batch = house.batch(plan);
    await batch.start(plan);
    const handle = house.client.workflow.getHandle(batchWorkflowId(plan.name));
    await untilProgress(batch, ({ counts }) => counts.failed === 2 && counts.migrated === 2);
    const by = 'recorder';
    await handle.executeUpdate(skipUpdate, { args: [{ by, servers: [skipped!.name] }] });
    await handle.executeUpdate(retryUpdate, { args: [{ by, servers: [kept!.name] }] });
    const [last] = house.plan(1, { from: 8 }).servers;
    const servers = plan.servers.filter(({ name }) => name !== gone!.name);
    const changed = servers.map((s) => (s === moved ? { ...s, sourceId: last!.sourceId } : s));
    await handle.executeUpdate(changePlanUpdate, { args: [{ by, plan: { ...plan, servers: changed } }] });
    await handle.executeUpdate(cancelUpdate, { args: [{ by, servers: [ready!.name] }] });
    await handle.executeUpdate(approveUpdate, { args: [{ by, wave: 'second' }] });
    await batch.result();
    await store(plan, 1);
  });

  /** The batch, its quota and some of its servers. */
  async function store(plan: Plan, servers: number): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const names = plan.servers.slice(0, servers).map(({ name }) => name);
    for (const id of [
      batchWorkflowId(plan.name),
      quotaWorkflowId(plan.account.id),
      ...names.map((name) => serverWorkflowId(plan.name, name)),
    ]) {
      const history = await house!.client.workflow.getHandle(id).fetchHistory();
      writeFileSync(
        join(folder, `${id.replace(/[:/]/g, '_').replace(/account.+/, plan.name)}.json`),
        `${anonymous(historyToJSON(history))}\n`,
      );
    }
  }
} else {
  test.each(stored())('%s, which has run, replays with the workflows of today', async (name) => {
    const history = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    await Worker.runReplayHistory(
      {
        workflowBundle: { codePath: join(packageRoot(), 'dist', 'workflow-bundle.js') },
        dataConverter,
        replayName: name,
      },
      history,
    );
  });
}
