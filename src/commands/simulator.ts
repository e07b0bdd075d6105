import { Command } from 'commander';
import type { SimulatorFlags } from '../actions/machine/simulator';
import { loopback } from '../simulator/loopback';
import { numberFrom } from '../terminal/number-argument';

/** `smc-batch simulator`: a whole SMC account on this machine, until it is interrupted. */
export function simulatorCommand(): Command {
  return new Command('simulator')
    .summary('run a simulated SMC account')
    .description('run a simulated SMC account on this machine: rehearse a plan without a cloud')
    .option('--port <port>', 'port; 0 takes a free one', numberFrom(0), 0)
    .option('--host <address>', 'address of this machine to listen on', loopback)
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
    .option(
      '--no-newer-fields',
      'answer as the 2020 reference edition does: without Tags and other newer fields',
    )
    .option('--faults <file>', 'faults that the account shows (JSON)')
    .option('--state <file>', 'keep the account in this file, and go on with it at the next start')
    .addHelpText('after', help)
    .action(async (flags: SimulatorFlags) =>
      (await import('../actions/machine/simulator.js')).simulator(flags),
    );
}

const help = `
It prints lines to paste into the shells of workers and commands: the endpoint first. The key pair is that of
ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET where both are set; else the account makes one and
prints it. It listens on 127.0.0.1 alone unless --host names another address. GET /__audit tells what happened; POST
/__faults (JSON) changes the faults: both need no key, so give --host only in a network that you trust.

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
