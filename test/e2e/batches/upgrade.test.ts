import { aHouse, endedCount, type House, until, untilProgress } from '../house/a-house';
import { type HostedWorker, startHostedWorker } from '../house/hosted-worker';

let house: House;
const workers: HostedWorker[] = [];
beforeEach(async () => {
  house = await aHouse({ servers: 8, runningQuota: 2, speed: 1_000 });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.end()));
  await house.close();
});

async function startWorker(env: Record<string, string> = {}): Promise<HostedWorker> {
  const worker = await startHostedWorker({ ...house.env, ...env });
  workers.push(worker);
  return worker;
}

function expectEachOnce(servers: number): void {
  const { images, creates, jobs } = house.simulator.account.audit();
  expect(Object.values(images.perSource).map((made) => made.length)).toEqual(Array(servers).fill(1));
  expect(Object.values(creates.perSource)).toEqual(Array(servers).fill(1));
  expect(jobs.leftovers).toEqual([]);
}

test('a worker is replaced in the middle of a batch: the new one goes on where it was, every server once', async () => {
  const old = await startWorker();
  const plan = house.plan(8);
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, (progress) => endedCount(progress) >= 2);
  await startWorker();
  await old.end();
  await batch.result();
  expectEachOnce(8);
  expect(Object.values(await tasksByBuild()).flatMap(({ failed }) => failed)).toEqual([]);
});

test('a new version becomes current in the middle of a batch: servers stay where they began, the quota and the next batch are on the new one', async () => {
  const deploymentName = house.env.SMC_TASK_QUEUE!;
  const version = (buildId: string) => ({
    TEMPORAL_DEPLOYMENT_NAME: deploymentName,
    TEMPORAL_WORKER_BUILD_ID: buildId,
  });
  const makeCurrent = (buildId: string) => {
    const { workflowService, options } = house.client;
    const { namespace } = options;
    // A version is known a moment after its first worker polls.
    return until(() =>
      workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId }).then(
        () => true,
        () => false,
      ),
    );
  };
  const old = await startWorker(version('old'));
  await makeCurrent('old');
  const plan = house.plan(6);
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, (progress) => endedCount(progress) >= 1);
  await startWorker(version('new'));
  await makeCurrent('new');
  await untilProgress(batch, (progress) => endedCount(progress) >= 3);
  const next = house.plan(2, { name: `${plan.name}-next`, from: 6 });
  await house.batch(next).start(next);
  await Promise.all([batch.result(), house.batch(next).result()]);
  await old.end();

  expectEachOnce(8);
  // A list may be a moment late.
  await until(
    async () => Object.keys(await tasksByBuild()).filter((run) => run.startsWith('server')).length >= 8,
  );
  const runs = Object.entries(await tasksByBuild());
  const buildsOf = (type: string) =>
    runs.filter(([id]) => id.startsWith(type)).map(([, { builds }]) => builds);
  expect(runs.flatMap(([, { failed }]) => failed)).toEqual([]);
  expect(buildsOf('serverMigration').map((builds) => builds.length)).toEqual(Array(8).fill(1));
  expect(buildsOf('serverMigration').flat()).toEqual(expect.arrayContaining(['old', 'new']));
  expect(buildsOf(`batch smc-batch:${next.name}`)).toEqual([['new']]);
  expect(buildsOf('accountQuota').flat()).toContain('new');
});

/** Of each run on this house's queue: the builds that have completed its tasks, each once, and the causes of failed tasks. */
async function tasksByBuild(): Promise<Record<string, { builds: string[]; failed: unknown[] }>> {
  const { client, env } = house;
  const found: Record<string, { builds: string[]; failed: unknown[] }> = {};
  const query = `TaskQueue = '${env.SMC_TASK_QUEUE}'`;
  for await (const { workflowId, runId, type } of client.workflow.list({ query })) {
    const events = (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
    const builds = events.flatMap(
      ({ workflowTaskCompletedEventAttributes: task }) => task?.deploymentVersion?.buildId ?? [],
    );
    // A task that was given back, as a worker does when it ends, is no failure.
    const failed = events.flatMap(({ workflowTaskFailedEventAttributes: task }) =>
      task?.failure?.message?.includes('TMPRL1100') ? [task.failure.message] : [],
    );
    found[`${type} ${workflowId} ${runId}`] = { builds: [...new Set(builds)], failed };
  }
  return found;
}
