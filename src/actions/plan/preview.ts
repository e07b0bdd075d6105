import { earlierServers } from '../../../activities/workflows/find-earlier-servers';
import type { Plan } from '../../plan';
import {
  type AccountLook,
  type EarlierRuns,
  foundSources,
  lookAtAccount,
  previewPlan,
  previewText,
  type Warning,
} from '../../preview';
import { type Rehearsal, rehearse } from '../../rehearsal/rehearsal';
import { clockTimeAhead, formatDuration } from '../../report';
import { connectClient, temporalSettings, workerSettings } from '../../temporal';
import { exitCodes } from '../../terminal/failure';
import { colors, printer, printJson, sayAside, type TableFormat, tableColumns } from '../../terminal/output';
import { withSmc } from '../../terminal/smc-session';
import { plainTexts } from '../../text';
import { validPrices } from '../valid-prices';
import { validPlan } from './valid-plan';

export interface PreviewOptions {
  output: TableFormat;
  simulate: boolean;
  speed?: number;
  /** A file of prices. */
  costs?: string;
}

/** Shows what `apply` would do with a plan right now; with `simulate` it rehearses the plan, too. */
export async function preview(
  file: string,
  { output, simulate, speed, costs }: PreviewOptions,
): Promise<void> {
  const format = output === 'json' ? 'json' : 'text';
  const plan = await validPlan(file);
  const prices = costs === undefined ? undefined : await validPrices(costs);
  const { pollIntervalSeconds } = workerSettings();
  const print = printer(output);
  const seen = await withSmc(async (smc) => {
    const account = await lookAtAccount(smc, plan);
    const earlier = await earlierRuns(plan, account);
    const look = { ...account, earlier };
    const judged = await previewPlan(smc, plan, { pollIntervalSeconds, look, prices });
    if (!earlier) judged.warnings.push(temporalIsSilent);
    return { look, preview: judged };
  });
  process.exitCode = seen.preview.counts.blocked > 0 ? exitCodes.serversFailed : exitCodes.done;
  if (format === 'text')
    for (const line of previewText(plainTexts(seen.preview), colors(), { columns: tableColumns(output) }))
      print(line);
  if (!simulate) {
    if (output === 'json') printJson(seen.preview);
    return;
  }
  print();
  const say = sayAside;
  const rehearsal = await rehearse(plan, seen, { speed, output: format, say });
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

/** Undefined where Temporal does not answer: then the account alone tells what an earlier run of the batch has done. */
async function earlierRuns(plan: Plan, look: AccountLook): Promise<EarlierRuns | undefined> {
  const servers = plan.servers.map((server) => {
    const found = foundSources(server, look);
    return { name: server.name, sourceId: found.length === 1 ? found[0]?.sourceId : undefined };
  });
  try {
    const client = await connectClient(temporalSettings(), { silentMs: 2_000 });
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
    'Temporal does not answer, so the preview does not know what this batch works on and has migrated before: a source that was removed or imported again since then is judged by the account alone',
  remedy: 'Set TEMPORAL_ADDRESS and preview again: then each source is judged as apply judges it.',
};

function rehearsalText({ simulatedSeconds, audit, progress }: Rehearsal, now = Date.now()): string[] {
  const { calls, jobs, images } = audit;
  return [
    '',
    `This was a rehearsal: ${images.total} of ${progress.total} servers got a simulated image, and nothing was changed in your account.`,
    `Started now, your batch would be done about ${clockTimeAhead(now + simulatedSeconds * 1000, now)}, were there no windows and approvals.`,
    `It took ${formatDuration(simulatedSeconds * 1000)} of simulated time, ${calls.total} API calls, at most ${jobs.peakExisting} jobs existing and ${jobs.peakRunning} running.`,
  ];
}
