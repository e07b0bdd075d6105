import { join } from 'node:path';
import { type Simulator, simulatorCredentials } from '../simulator';
import { type DevServer, howItEnded, type OwnProcess, packageRoot, startOwnProcess } from '../temporal';

/** `smc-batch worker` for a simulated account, in a process of its own: it can be killed, and its key pair never mixes with the user's. */
export interface SimulatedWorker {
  /** Kills it as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one; an end that nobody asked for is told. */
export async function startSimulatedWorker(
  temporal: DevServer,
  simulator: Simulator,
  { pollSeconds, say }: { pollSeconds: number; say: (line: string) => void },
): Promise<SimulatedWorker> {
  const others = Object.entries(process.env).filter(([name]) => !/^(ALIBABA_CLOUD_|TEMPORAL_)/.test(name));
  const worker: OwnProcess = startOwnProcess(
    process.execPath,
    [join(packageRoot(), 'dist', 'src', 'cli.js'), 'worker'],
    {
      ...Object.fromEntries(others),
      SMC_ENDPOINT: simulator.endpoint,
      SMC_POLL_INTERVAL: String(pollSeconds),
      ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'default',
    },
  );
  let isAsked = false;
  void worker.ended.then((end) => {
    if (isAsked) return;
    say(`The worker ended ${howItEnded(end)}:`);
    for (const line of worker.said().split('\n')) say(line);
  });
  await worker.started;
  return {
    async kill() {
      isAsked = true;
      await worker.kill();
    },
    async stop() {
      isAsked = true;
      await worker.stop(10_000);
    },
  };
}
