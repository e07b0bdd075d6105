import type { BatchProgress, ServerView } from '../../workflows/contract/views';
import { batchClient } from '../batch-client/batch-client';
import { endCode, type FollowEnd, follow } from '../batch-client/look/follow';
import type { Plan } from '../plan';
import type { AccountLook, Preview } from '../preview';
import type { Audit } from '../simulator';
import { connectClient, startDevServer } from '../temporal';
import { interruptSignal, untilAborted } from '../terminal/interrupt';
import { rehearsedPlan, startRehearsalAccount } from './rehearsal-account';
import { startSimulatedWorker } from './simulated-worker';

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
  const { totalSeconds, simulatedSpeed } = seen.preview.forecast;
  // A minute or so, whatever the plan; never slower than a minute a second.
  const speed = options.speed ?? Math.max(60, Math.ceil((totalSeconds * (simulatedSpeed || 1)) / 60));
  const interrupt = interruptSignal();
  const ends: (() => Promise<unknown>)[] = [() => Promise.resolve(interrupt.dispose())];
  try {
    const simulator = await startRehearsalAccount(plan, seen, speed);
    ends.push(() => simulator.close());
    const temporal = await startDevServer({ say });
    ends.push(() => temporal.stop());
    const worker = await startSimulatedWorker(temporal, simulator, { pollSeconds: 0.5, say });
    ends.push(() => worker.stop());
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
    if (output === 'text') await follow(batch, 'text', { signal: interrupt.signal, isShortLived: true });
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
