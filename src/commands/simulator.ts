import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Faults, readFaults, simulatorCredentials, startSimulator } from '../simulator';
import { CommandFailure, exitCodes } from '../terminal/failure';
import { interruptSignal, untilAborted } from '../terminal/interrupt';
import { numberFrom } from '../terminal/number-argument';

/** `smc-batch simulator`: a whole SMC account on this machine, until it is interrupted. */
export function simulatorCommand(): Command {
  return new Command('simulator')
    .summary('run a simulated SMC account')
    .description('run a simulated SMC account on this machine: rehearse a plan without a cloud')
    .option('--port <port>', 'port on 127.0.0.1; 0 takes a free one', numberFrom(0), 0)
    .option('--servers <count>', 'source servers in the account', numberFrom(0), 10)
    .option('--seed <seed>', 'the same seed gives the same servers, ids and faults', '1')
    .option('--speed <factor>', 'simulated seconds in one real second', numberFrom(0, { whole: false }), 60)
    .option('--jobs-quota <count>', 'jobs that may exist at once', numberFrom(0), 100)
    .option('--running-quota <count>', 'jobs that may run at once', numberFrom(0), 50)
    .option('--bandwidth <mbps>', 'speed of one transfer in Mbit/s', numberFrom(0.001, { whole: false }), 100)
    .option(
      '--job-seconds <seconds>',
      'every job takes exactly so many simulated seconds',
      numberFrom(0, { whole: false }),
    )
    .option(
      '--read-lag <seconds>',
      'simulated seconds by which reads lag writes',
      numberFrom(0, { whole: false }),
      0,
    )
    .option(
      '--deleting <seconds>',
      'simulated seconds a deleted job stays Deleting',
      numberFrom(0, { whole: false }),
      5,
    )
    .option('--vpc-quota <count>', 'how many VPCs jobs without a vSwitch can have', numberFrom(0))
    .option('--no-newer-fields', 'answer as the 2020 reference edition does, without Tags and the like')
    .option('--faults <file>', 'what is to go wrong (JSON)')
    .option('--state <file>', 'keep the account in this file, and take it up from there')
    .addHelpText('after', help)
    .action(run);
}

interface SimulatorFlags {
  port: number;
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

async function run(flags: SimulatorFlags): Promise<void> {
  const faults = flags.faults === undefined ? undefined : faultsFrom(flags.faults);
  const credentials = credentialsFromEnvironment();
  const interrupt = interruptSignal();
  const simulator = await startSimulator({
    port: flags.port,
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
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new CommandFailure(
        `port ${flags.port} is taken: choose another --port, or 0 for a free one`,
        exitCodes.usage,
      );
    throw new CommandFailure(`the simulator did not start: ${error.message}`, exitCodes.usage);
  });

  const lines = [`SMC_ENDPOINT=${simulator.endpoint}`];
  // A pair of the environment is the user's own, and a secret is never printed.
  if (!credentials) {
    lines.push(
      `export ALIBABA_CLOUD_ACCESS_KEY_ID=${simulatorCredentials.accessKeyId}`,
      `export ALIBABA_CLOUD_ACCESS_KEY_SECRET=${simulatorCredentials.accessKeySecret}`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  process.stderr.write(
    `A simulated SMC account with ${simulator.account.sources.size} servers, ${flags.speed} simulated seconds a second. Ctrl-C ends it.\n`,
  );
  await untilAborted(interrupt.signal);
  interrupt.dispose();
  await simulator.close();
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

const help = `
The endpoint is printed first. The account takes the key pair of ALIBABA_CLOUD_ACCESS_KEY_ID and
ALIBABA_CLOUD_ACCESS_KEY_SECRET where both are set, else one of its own, which is printed too. It listens on
127.0.0.1 alone. GET /__audit tells what happened; POST /__faults (JSON) changes what goes wrong.

Examples:
  smc-batch simulator --servers 100 --speed 3600
  smc-batch simulator --port 8480 --running-quota 5 --state account.json
  smc-batch simulator --faults faults.json

faults.json:
  {
    "calls": [
      { "operation": "CreateReplicationJob", "probability": 0.1, "reset": "after" },
      { "throttle": { "perSecond": 20 } },
      { "operation": "StartReplicationJob", "nth": 3, "error": { "code": "ServiceUnavailable" } }
    ],
    "jobs": [{ "source": "web-01", "runs": 2, "fail": { "atProgress": 40, "errorCode": "InternalError" } }],
    "sources": [{ "source": "db-02", "offline": [{ "fromSeconds": 3600, "toSeconds": 7200 }] }],
    "foreignJobs": [{ "atSeconds": 0, "existing": 20, "running": 10 }]
  }

Exit codes: 0 ended by a signal, 2 wrong usage, or it cannot start.`;
