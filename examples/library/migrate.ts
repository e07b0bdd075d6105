// Migrates the servers of a plan from a program of your own: a worker, the batch, and what becomes of it.
// Here the account is a simulated one. For your own account leave the simulator out, and its two settings of the worker.
import { SmcBatchClient, SmcBatchError } from 'smc-batch';
import { formatProblems, readPlan } from 'smc-batch/plan';
import { simulatorCredentials, startSimulator } from 'smc-batch/simulator';
import { startWorker } from 'smc-batch/worker';

async function migrate(file: string): Promise<void> {
  const { plan, problems, sources } = await readPlan(file);
  if (!plan) throw new Error(formatProblems(problems, sources));

  const servers = plan.servers.map(({ sourceName }) => ({ name: sourceName, usedGiB: 20 }));
  const simulator = await startSimulator({ servers, speed: 3_600 });
  // Temporal is where TEMPORAL_ADDRESS says; `smc-batch dev` starts one on this machine.
  const taskQueue = process.env.SMC_TASK_QUEUE ?? 'my-program';
  const worker = await startWorker({
    taskQueue,
    pollIntervalSeconds: 0.5,
    endpoint: simulator.endpoint,
    credentials: async () => simulatorCredentials,
  });
  const client = await SmcBatchClient.connect({ taskQueue, by: 'my-program' });
  try {
    const { batch, how } = await client.apply(plan);
    console.log(`${batch.name} ${how}`);
    for await (const change of batch.watch({ everyMs: 500 })) {
      if (change.kind === 'server') console.log(`${change.server.server} ${change.server.phase}`);
      if (change.kind === 'status') console.log(`status ${change.status}`);
      if (change.kind === 'status' && change.status === 'waiting for approval') {
        const waiting = change.progress.waves.find(({ state }) => state === 'waiting');
        if (waiting) console.log((await batch.approve(waiting.name)).done);
      }
    }
    for await (const { server, imageId } of batch.servers({ phases: ['migrated'] }))
      console.log(`${server} is image ${imageId}`);
    const { counts, total } = await batch.result();
    console.log(`${counts.migrated} of ${total} migrated`);
  } catch (error) {
    // An order that the batch refuses, a batch that has ended, a Temporal that does not answer: the code tells which.
    if (error instanceof SmcBatchError) console.error(error.code, error.message);
    throw error;
  } finally {
    await client.close();
    await worker.stop();
    await simulator.close();
  }
}

void migrate(process.argv[2] ?? 'plan.yaml');
