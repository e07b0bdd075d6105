import { readFileSync } from 'node:fs';
import { type Faults, readFaults, simulatorCredentials, startSimulator } from '../../simulator';
import { isLoopback } from '../../simulator/loopback';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { interruptSignal, untilAborted } from '../../terminal/interrupt';
import { sayAside } from '../../terminal/output';

export interface SimulatorFlags {
  port: number;
  host: string;
  servers: number;
  seed: string;
  speed: number;
  jobsQuota: number;
  runningQuota: number;
  bandwidth: number;
  jobSeconds?: number;
  readLag: number;
  deleting: number;
  vpcQuota?: number;
  newerFields: boolean;
  faults?: string;
  state?: string;
}

/** Runs a simulated account until it is interrupted. */
export async function simulator(flags: SimulatorFlags): Promise<void> {
  const faults = flags.faults === undefined ? undefined : faultsFrom(flags.faults);
  const credentials = credentialsFromEnvironment();
  const interrupt = interruptSignal();
  const account = await startSimulator({
    port: flags.port,
    host: flags.host,
    servers: flags.servers,
    seed: flags.seed,
    speed: flags.speed,
    jobsQuota: flags.jobsQuota,
    runningQuota: flags.runningQuota,
    bandwidthMbps: flags.bandwidth,
    jobSeconds: flags.jobSeconds,
    readLagSeconds: flags.readLag,
    deletingSeconds: flags.deleting,
    vpcQuota: flags.vpcQuota,
    newerFields: flags.newerFields,
    stateFile: flags.state,
    faults,
    credentials: credentials ?? simulatorCredentials,
  }).catch((error) => {
    interrupt.dispose();
    throw startFailure(error, flags);
  });

  const lines = [`export SMC_ENDPOINT=${account.endpoint}`];
  // Jobs of minutes pass in seconds: a worker that polls every half minute would see them late.
  if (flags.speed > 1) lines.push('export SMC_POLL_INTERVAL=1');
  // A pair of the environment is the user's own, and a secret is never printed.
  if (!credentials) {
    lines.push(
      `export ALIBABA_CLOUD_ACCESS_KEY_ID=${simulatorCredentials.accessKeyId}`,
      `export ALIBABA_CLOUD_ACCESS_KEY_SECRET=${simulatorCredentials.accessKeySecret}`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  sayAside(
    `A simulated SMC account with ${account.account.sources.size} servers, ${flags.speed} simulated seconds per second. Ctrl-C ends it.`,
  );
  sayAside(
    `Paste the lines above into the shells of its workers and commands${credentials ? '; its AccessKey pair is the one of this shell: set the same there' : ''}.`,
  );
  if (!isLoopback(flags.host))
    sayAside(
      `It listens on ${flags.host}: whoever reaches it can read the account and change its faults without a key.`,
    );
  await untilAborted(interrupt.signal);
  interrupt.dispose();
  await account.close();
}

function startFailure(
  { code, message }: NodeJS.ErrnoException,
  { host, port }: SimulatorFlags,
): CommandFailure {
  const remedies: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken: choose another --port, or 0 for a free one`,
    EADDRNOTAVAIL: `${host} is no address of this machine: choose another --host`,
    ENOTFOUND: `${host} is no address of this machine: choose another --host`,
  };
  return new CommandFailure(
    remedies[code ?? ''] ?? `the simulator did not start: ${message}`,
    exitCodes.usage,
  );
}

function faultsFrom(path: string): Faults {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new CommandFailure(`${path}: ${(error as Error).message}`, exitCodes.usage);
  }
  const read = readFaults(value);
  if ('faults' in read) return read.faults;
  throw new CommandFailure(
    read.problems.map((problem) => `${path}: ${problem}`),
    exitCodes.usage,
  );
}

function credentialsFromEnvironment(): { accessKeyId: string; accessKeySecret: string } | undefined {
  const { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret } =
    process.env;
  return accessKeyId && accessKeySecret ? { accessKeyId, accessKeySecret } : undefined;
}
