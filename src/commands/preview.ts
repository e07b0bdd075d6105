import { Command, InvalidArgumentError } from 'commander';
import { earlierServers } from '../../activities/workflows/find-earlier-servers';
import type { Plan } from '../plan';
import {
  type AccountLook,
  type EarlierRuns,
  foundSources,
  lookAtAccount,
  previewPlan,
  previewText,
  type Warning,
} from '../preview';
import { type Rehearsal, rehearse } from '../rehearsal/rehearsal';
import { formatDuration } from '../report';
import { connectClient, temporalSettings, workerSettings } from '../temporal';
import { exitCodes } from '../terminal/failure';
import { colors, type OutputFormat, outputOption, printer, printJson, sayAside } from '../terminal/output';
import { withSmc } from '../terminal/smc-session';
import { plainTexts } from '../text';
import { validPlan } from './apply';

interface PreviewOptions {
  output: OutputFormat;
  simulate: boolean;
  speed?: number;
}

/** `preview PLAN`: online and read-only: what `apply` would do right now, and why not. */
export function previewCommand(): Command {
  return new Command('preview')
    .summary('show what apply would do, and why not')
    .description(
      'show what apply would do right now, what blocks it, and how long it would take; changes nothing',
    )
    .argument('<plan>', 'the plan file (YAML or JSON)')
    .option('--simulate', 'then rehearse the plan on a simulated account that looks like yours', false)
    .option(
      '--speed <factor>',
      'simulated seconds in one second of the rehearsal (default: so that it takes about a minute)',
      speedArgument,
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
It reads the account (DescribeSourceServers, DescribeReplicationJobs, ListTagResources) with the settings of
'smc-batch worker', and asks Temporal, where one answers, what the batch has at work and has migrated before. The
forecast is an estimate: SMC does not tell how full the disks are.

--simulate starts a local Temporal server, a worker and a simulated account with your sources, their disks, troubles
and jobs, and runs the batch in it. Approvals, windows and cutovers are left out. Your account is left alone.

Examples:
  smc-batch preview batch.yaml
  smc-batch preview batch.yaml -o json | jq -r '.servers[] | select(.verdict == "blocked") | .server'
  smc-batch preview batch.yaml --simulate --speed 600

Exit codes: 0 apply would be clean, 3 servers are blocked (or failed in the rehearsal), 4 the rehearsal was broken off,
2 the plan is not valid, 1 anything else.`,
    )
    .action(preview);
}

async function preview(file: string, { output, simulate, speed }: PreviewOptions): Promise<void> {
  const plan = await validPlan(file);
  const { pollIntervalSeconds } = workerSettings();
  const print = printer(output);
  const seen = await withSmc(async (smc) => {
    const account = await lookAtAccount(smc, plan);
    const earlier = await earlierRuns(plan, account);
    const look = { ...account, earlier };
    const judged = await previewPlan(smc, plan, { pollIntervalSeconds, look });
    if (!earlier) judged.warnings.push(temporalIsSilent);
    return { look, preview: judged };
  });
  process.exitCode = seen.preview.counts.blocked > 0 ? exitCodes.serversFailed : exitCodes.done;
  if (output === 'text') for (const line of previewText(plainTexts(seen.preview), colors())) print(line);
  if (!simulate) {
    if (output === 'json') printJson(seen.preview);
    return;
  }
  print();
  const say = sayAside;
  const rehearsal = await rehearse(plan, seen, { speed, output, say });
  if (rehearsal) {
    const { exitCode, ...result } = rehearsal;
    process.exitCode ||= exitCode;
    if (output === 'json') return printJson({ ...seen.preview, rehearsal: result });
    for (const line of rehearsalText(rehearsal)) print(line);
  } else {
    print('The rehearsal was broken off.');
    process.exitCode = exitCodes.cancelled;
  }
}

/** A preview is worth having without Temporal: then only the account tells what an earlier run of the batch has done. */
async function earlierRuns(plan: Plan, look: AccountLook): Promise<EarlierRuns | undefined> {
  const servers = plan.servers.map((server) => {
    const found = foundSources(server, look);
    return { name: server.name, sourceId: found.length === 1 ? found[0]?.sourceId : undefined };
  });
  try {
    const client = await connectClient(temporalSettings(), { patienceMs: 2_000 });
    try {
      return await client.withDeadline(Date.now() + 60_000, () =>
        earlierServers(client, { batch: plan.name, servers }),
      );
    } finally {
      await client.connection.close();
    }
  } catch {
    return undefined;
  }
}

const temporalIsSilent: Warning = {
  code: 'temporal',
  message:
    'Temporal could not be asked what this batch has at work and has migrated before: sources that were removed, or imported again, since then are judged by the account alone',
  remedy: "Preview once more with Temporal's address (TEMPORAL_ADDRESS) to have them judged as apply does.",
};

function rehearsalText({ simulatedSeconds, audit, progress }: Rehearsal): string[] {
  const { calls, jobs, images } = audit;
  return [
    '',
    `This was a rehearsal: ${images.total} of ${progress.total} servers got a simulated image, and nothing was changed in your account.`,
    `It took ${formatDuration(simulatedSeconds * 1000)} of simulated time, ${calls.total} API calls, at most ${jobs.peakExisting} jobs existing and ${jobs.peakRunning} running.`,
  ];
}

function speedArgument(text: string): number {
  const speed = text.trim() === '' ? Number.NaN : Number(text);
  if (!(speed > 0 && Number.isFinite(speed))) throw new InvalidArgumentError('a number above 0');
  return speed;
}
