import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { type BatchClient, batchClient } from '../../batch-client/batch-client';
import { follow } from '../../batch-client/look/follow';
import { workflowUrl } from '../../batch-client/temporal-ui';
import type { Plan } from '../../plan';
import { type SimulatedWorker, startSimulatedWorker } from '../../rehearsal/simulated-worker';
import { type Audit, type SourceOptions, startSimulator } from '../../simulator';
import { connectClient, packageRoot, startDevServer } from '../../temporal';
import { CommandFailure } from '../../terminal/failure';
import { interruptSignal } from '../../terminal/interrupt';
import { linesTo, sayAside } from '../../terminal/output';
import { validPlan } from '../plan/valid-plan';

/** What goes wrong in the demo; the other servers simply migrate. */
const story = { breaksOnce: 'web-07', isOffline: 'files-03' } as const;

export interface DemoOptions {
  speed: number;
  keep: boolean;
}

const itsEnd = 'The account and the Temporal server of the demo are gone now.';
const ownBatch = 'Your own first batch: README, "A first batch in five minutes".';
const stay = 'To stay and look round: smc-batch demo --keep';

/** When the worker was killed, and when the next one was ready; milliseconds since the epoch. */
interface WorkerKill {
  killedAt: number;
  replacedAt: number;
}

/** Migrates simulated servers through a real Temporal server, and judges the result by the account's own count. */
export async function demo({ speed, keep }: DemoOptions): Promise<void> {
  const say = linesTo(process.stdout);
  const interrupt = interruptSignal();
  const plan = await validPlan(join(packageRoot(), 'examples', 'demo.yaml'));
  const { quota } = plan.account;
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const simulator = await startSimulator({
      servers: sourcesOf(plan),
      seed: 'demo',
      speed,
      jobsQuota: quota.jobs,
      runningQuota: quota.running,
      faults: {
        jobs: [{ source: story.breaksOnce, runs: 1, fail: { atProgress: 40, errorCode: 'InternalError' } }],
        sources: [{ source: story.isOffline, offline: true }],
      },
    });
    ends.push(() => simulator.close());
    const temporal = await startDevServer({ say });
    ends.push(() => temporal.stop());
    const startWorker = () => startSimulatedWorker(temporal, simulator, { pollSeconds: 1, say: sayAside });
    let worker: SimulatedWorker | undefined;
    ends.push(async () => worker?.stop());
    const { address } = temporal;
    const client = await connectClient({ address, namespace: 'default', connectionOptions: { address } });
    ends.push(() => client.connection.close());

    say(
      `SMC simulator    ${simulator.endpoint} (${plan.servers.length} source servers, ${speed} times as fast as life)`,
    );
    say(`Temporal UI      ${workflowUrl(temporal.uiUrl, 'default', batchWorkflowId(plan.name))}`);
    say(
      `The plan         examples/demo.yaml: ${plan.servers.length} servers in ${plan.waves.length} waves, ${quota.jobs} jobs may exist, ${quota.running} may run`,
    );
    say(
      `The story        the job of ${story.breaksOnce} breaks once, ${story.isOffline} is offline, and the worker is killed half-way`,
    );
    say();
    worker = await startWorker();
    const batch = batchClient(client, plan.name);
    await batch.start(plan);
    let tell: (line: string) => void = say;
    let kill: WorkerKill | undefined;
    const killed = halfWay(batch, plan, interrupt.signal).then(async () => {
      if (interrupt.signal.aborted) return;
      await worker?.kill();
      const killedAt = Date.now();
      tell('the worker was killed (SIGKILL); another one takes over within half a minute');
      worker = await startWorker();
      kill = { killedAt, replacedAt: Date.now() };
    });
    await follow(batch, 'text', {
      signal: interrupt.signal,
      isShortLived: true,
      onView: (tellView) => {
        tell = tellView;
      },
    });
    await killed;
    if (interrupt.signal.aborted) return;
    const audit = simulator.account.audit();
    tellAudit(audit, plan, say);
    if (kill) say(`  ${killLine(kill)}`);
    const wrong = whatWentWrong(audit, plan, await batch.servers());
    if (keep) {
      say();
      say(`Visit the Temporal UI: ${temporal.uiUrl}. Ctrl-C ends the demo.`);
      await once(interrupt.signal, 'abort');
    }
    if (wrong.length > 0)
      throw new CommandFailure(['The story did not go as told:', ...wrong.map((line) => `  ${line}`)]);
    say();
    say('The story went as told.');
    say(keep ? `${itsEnd} ${ownBatch}` : `${itsEnd} ${ownBatch} ${stay}`);
  } finally {
    for (const end of ends.reverse()) await end();
    interrupt.dispose();
  }
}

/** Sources of the plan's names, from 12 to 60 GiB of data: minutes to hours at 100 Mbit/s. */
export function sourcesOf(plan: Plan): SourceOptions[] {
  return plan.servers.map(({ sourceName }, i) => ({
    name: sourceName,
    systemDiskGiB: 70,
    usedGiB: 12 + ((i * 29) % 49),
  }));
}

/** The worst moment to kill a worker: jobs run, are being created and deleted. Also over when the user leaves. */
async function halfWay(batch: BatchClient, plan: Plan, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(500);
    const progress = await batch.progress().catch(() => undefined);
    const ended = progress?.waves.reduce((sum, wave) => sum + wave.ended, 0) ?? 0;
    if (ended >= plan.servers.length / 3) return;
  }
}

function tellAudit(audit: Audit, plan: Plan, say: (line: string) => void): void {
  const { quota } = plan.account;
  const migrated = Object.keys(audit.images.perSource).length;
  const calls = Object.entries(audit.calls.perOperation).map(([operation, { accepted, refused }]) => {
    const no = Object.values(refused).reduce((sum, count) => sum + count, 0);
    return `${operation} ${accepted}${no > 0 ? ` (+${no} refused)` : ''}`;
  });
  say('');
  say('What the account says:');
  say(`  ${audit.images.total} images of ${migrated} servers, ${audit.creates.tookEffect} jobs were created`);
  say(
    `  peaks: ${audit.jobs.peakExisting} of ${quota.jobs} jobs existing, ${audit.jobs.peakRunning} of ${quota.running} running`,
  );
  say(
    `  ${audit.calls.total} API calls, ${(audit.calls.total / Math.max(1, migrated)).toFixed(1)} per migrated server: ${calls.join(', ')}`,
  );
  say(
    `  ${audit.jobs.leftovers.length} jobs left in the account, ${audit.instances.now} intermediate instances`,
  );
}

const killLine = ({ killedAt, replacedAt }: WorkerKill) =>
  `the worker was killed at ${clock(killedAt)}, the next one worked from ${clock(replacedAt)} on`;

const clock = (at: number) => new Date(at).toTimeString().slice(0, 8);

/** The account's own count decides whether the demo succeeded. */
function whatWentWrong(
  audit: Audit,
  plan: Plan,
  servers: { server: string; phase: string; starts?: number }[],
): string[] {
  const { quota } = plan.account;
  const expected = plan.servers.length - 1;
  const images = Object.values(audit.images.perSource).map((made) => made.length);
  const failed = servers.filter(({ phase }) => phase !== 'migrated').map(({ server }) => server);
  const checks: [boolean, string][] = [
    [
      images.length === expected && images.every((count) => count === 1),
      `${expected} servers with one image each: there are ${images.length}, ${images.filter((count) => count > 1).length} with several`,
    ],
    [
      audit.creates.tookEffect === expected,
      `${expected} jobs created: there were ${audit.creates.tookEffect}`,
    ],
    [failed.join() === story.isOffline, `only ${story.isOffline} fails: ${failed.join(', ') || 'none'} did`],
    [audit.jobs.peakExisting <= quota.jobs, `the quota of ${quota.jobs} jobs`],
    [audit.jobs.peakRunning <= quota.running, `the quota of ${quota.running} running jobs`],
    [audit.jobs.leftovers.length === 0, '0 jobs left in the account'],
  ];
  return checks.filter(([holds]) => !holds).map(([, claim]) => claim);
}
