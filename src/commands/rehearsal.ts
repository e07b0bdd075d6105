import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BatchProgress, ServerView } from '../../workflows/messages';
import type { Plan } from '../plan';
import type { AccountLook, Preview } from '../preview';
import { type Audit, type Simulator, simulatorCredentials } from '../simulator';
import { connectClient, type DevServer, packageRoot, startDevServer } from '../temporal';
import { batchClient } from './batch-client';
import { endCode, type FollowEnd, follow } from './follow';
import { interruptSignal } from './interrupt';
import { rehearsedPlan, startRehearsalAccount } from './rehearsal-account';

/** What a rehearsal came to. */
export interface Rehearsal {
  exitCode: FollowEnd;
  progress: BatchProgress;
  servers: ServerView[];
  /** Of the simulated account, and in its time: coarse, as Temporal works in real time. */
  simulatedSeconds: number;
  audit: Pick<Audit, 'calls' | 'jobs' | 'images'>;
}

/**
 * Runs the plan for real against a simulated account that looks like the user's own: a local Temporal server, a
 * worker and the simulator, all ended afterwards. Undefined when the user left.
 */
export async function rehearse(
  plan: Plan,
  seen: { look: AccountLook; preview: Preview },
  options: { speed?: number; output: 'text' | 'json'; say: (line: string) => void },
): Promise<Rehearsal | undefined> {
  const { say, output } = options;
  // A minute or so, whatever the plan; never slower than a minute a second.
  const speed = options.speed ?? Math.max(60, Math.ceil(seen.preview.forecast.totalSeconds / 60));
  const interrupt = interruptSignal();
  const ends: (() => Promise<unknown>)[] = [() => Promise.resolve(interrupt.dispose())];
  try {
    const simulator = await startRehearsalAccount(plan, seen, speed);
    ends.push(() => simulator.close());
    const temporal = await startDevServer({ say });
    ends.push(() => temporal.stop());
    ends.push(await startWorker(temporal, simulator, say));
    const { address } = temporal;
    const client = await connectClient({ address, namespace: 'default', connectionOptions: { address } });
    ends.push(() => client.connection.close());

    say(
      `Rehearsal of '${plan.name}' on a simulated account, ${speed} times as fast as life. Your account is left alone.`,
    );
    say(`Temporal UI: ${temporal.uiUrl}`);
    const begun = simulator.account.now();
    const batch = batchClient(client, plan.name);
    await batch.start(rehearsedPlan(plan));
    if (output === 'text') await follow(batch, 'text', interrupt.signal);
    else await Promise.race([batch.result().catch(() => {}), untilAborted(interrupt.signal)]);
    if (interrupt.signal.aborted) return undefined;
    const simulatedSeconds = Math.round((simulator.account.now() - begun) / 1000);
    const [progress, servers, status] = [await batch.progress(), await batch.servers(), await batch.status()];
    const { calls, jobs, images } = simulator.account.audit();
    return {
      exitCode: endCode(progress, status),
      progress,
      servers,
      simulatedSeconds,
      audit: { calls, jobs, images },
    };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** A worker in a process of its own, so that the simulator's key pair never mixes with the user's credentials. */
async function startWorker(
  temporal: DevServer,
  simulator: Simulator,
  say: (line: string) => void,
): Promise<() => Promise<unknown>> {
  const others = Object.entries(process.env).filter(([name]) => !/^(ALIBABA_CLOUD_|TEMPORAL_)/.test(name));
  const worker = spawn(process.execPath, [join(packageRoot(), 'dist', 'src', 'cli.js'), 'worker'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C reaches us first, and we end it.
    detached: true,
    env: {
      ...Object.fromEntries(others),
      SMC_ENDPOINT: simulator.endpoint,
      SMC_POLL_INTERVAL: '0.5',
      ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'default',
    },
  });
  let said = '';
  let stopping = false;
  worker.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  worker.once('exit', (code, signal) => {
    if (!stopping) say(`The rehearsal's worker ended with ${code ?? signal}:\n${said}`);
  });
  await once(worker, 'spawn');
  return async () => {
    stopping = true;
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    const exited = once(worker, 'exit');
    worker.kill('SIGTERM');
    const patience = setTimeout(() => worker.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(patience);
  };
}

const untilAborted = (signal: AbortSignal) => (signal.aborted ? Promise.resolve() : once(signal, 'abort'));
