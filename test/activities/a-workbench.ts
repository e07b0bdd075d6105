import { ApplicationFailure } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { type Activities, createActivities, createReplicationJobPoller } from '../../activities';
import type { Faults, SimulatorOptions } from '../../src/simulator';
import { createSmcClient, createTransport, type SmcClient } from '../../src/smc';
import { failureDetailOf } from '../../workflows/contract/failure';
import { aSimulator, breakThings, closeAll as closeSimulators, looked } from '../simulator/harness';

const clients: SmcClient[] = [];
const pollers: ReturnType<typeof createReplicationJobPoller>[] = [];
const environments: MockActivityEnvironment[] = [];

const realNow = Date.now;
let passedMs = 0;

/** What is waited out by the clock on the wall. */
export function letPass(seconds: number): void {
  passedMs += seconds * 1000;
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + passedMs);
}

/** Ends everything a test has started. */
export async function closeAll(): Promise<void> {
  jest.restoreAllMocks();
  passedMs = 0;
  // An activity of a test that has failed in its middle would poll for ever, and keep Jest from its end.
  for (const environment of environments.splice(0)) environment.cancel();
  for (const poller of pollers.splice(0)) poller.close();
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await closeSimulators();
}

/** A signal that a workflow was sent. */
export interface Told {
  workflowId: string;
  signal: string;
  args: unknown[];
}

type Run = <K extends keyof Activities>(
  name: K,
  ...input: Parameters<Activities[K]>
) => Promise<Awaited<ReturnType<Activities[K]>>>;

/** The activities over a simulated account and HTTP, outside of any worker; `told` is what workflows heard. */
export async function aWorkbench(options: SimulatorOptions & { client?: object; secret?: string } = {}) {
  const { client, secret, ...account } = options;
  const simulator = await aSimulator(account);
  const { accessKeyId, accessKeySecret } = simulator.account.options.credentials;
  const credentials = { accessKeyId, accessKeySecret: secret ?? accessKeySecret };
  const smc = createSmcClient(
    createTransport({ endpoint: simulator.endpoint, credentials: async () => credentials }),
  );
  clients.push(smc);
  const pollIntervalSeconds = 0.01;
  const poller = createReplicationJobPoller(smc, pollIntervalSeconds);
  pollers.push(poller);
  const activities = createActivities({ smc, poller, pollIntervalSeconds });
  const told: Told[] = [];
  const environment = (attempt: number, heartbeatDetails?: unknown, isLocal = false) => {
    const made = new MockActivityEnvironment(
      { attempt, isLocal, heartbeatDetails, currentAttemptScheduledTimestampMs: Date.now() },
      {
        client: { withAbortSignal, ...(client ?? aClient(told)) } as unknown as Client,
        logger: new DefaultLogger('ERROR'),
      },
    );
    environments.push(made);
    return made;
  };
  const runIn =
    (mock: MockActivityEnvironment): Run =>
    (name, ...input) =>
      // biome-ignore lint/suspicious/noExplicitAny: one name, one type of input; the signature of Run says it.
      mock.run(activities[name] as any, ...(input as any[])) as any;
  return {
    simulator,
    account: simulator.account,
    smc,
    told,
    environment,
    runIn,
    run: runIn(environment(1)),
    /** As Temporal would run it again. */
    runAgain: runIn(environment(2)),
    looked: () => looked(simulator),
    breakThings: (faults: Faults) => breakThings(simulator, faults),
  };
}

export type Workbench = Awaited<ReturnType<typeof aWorkbench>>;

/** How an activity failed, as Temporal sees it. */
export async function failureOf(running: Promise<unknown>) {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error(`no ApplicationFailure: ${error}`);
  const { type, nonRetryable, message, nextRetryDelay } = error;
  const detail = failureDetailOf(error);
  return { type, isRetried: !nonRetryable, message, class: detail?.class, detail, nextRetryDelay };
}

/** What CreateReplicationJob needs, for the source `web-01`. */
export function creationFor(bench: Workbench, more: object = {}) {
  return {
    batch: 'dc1',
    server: 'web-01',
    sourceId: bench.account.sourceNames.get('web-01')!,
    creationId: 'dc1/web-01/1',
    job: { regionId: 'cn-hangzhou', systemDiskSize: 40 },
    ...more,
  };
}

/** Creates a job of ours for `web-01`; gives its id. */
export async function ourJob(bench: Workbench, job: object = {}): Promise<string> {
  const input = creationFor(bench);
  return (await bench.run('createReplicationJob', { ...input, job: { ...input.job, ...job } })).jobId;
}

/** The same, started. */
export async function ourRunningJob(bench: Workbench, job: object = {}): Promise<string> {
  const jobId = await ourJob(bench, job);
  await bench.run('startReplicationJob', { jobId });
  return jobId;
}

export const incremental = { runOnce: false, frequency: 12, maxNumberOfImageToKeep: 2 };
export const statusOf = (bench: Workbench, jobId: string) => bench.account.jobs.get(jobId)?.status;

const withAbortSignal = (_: AbortSignal, work: () => unknown) => work();

/** A Temporal client that knows every workflow as running and remembers what it was told. */
function aClient(told: Told[]) {
  return {
    activity: { heartbeat: async () => undefined },
    workflow: {
      getHandle: (workflowId: string) => ({
        signal: async ({ name: signal }: { name: string }, ...args: unknown[]) => {
          told.push({ workflowId, signal, args });
        },
      }),
    },
  };
}
