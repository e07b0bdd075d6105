import type { Client } from '@temporalio/client';
import { earlierServers } from '../../../activities/workflows/earlier-servers';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { planChangesQuery } from '../../../workflows/contract/orders';
import { batchClient, hasWorker, isPassing } from '../../batch-client/batch-client';
import type { Plan } from '../../plan';
import {
  type AccountLook,
  type EarlierRuns,
  foundSources,
  lookAtAccount,
  type Preview,
  previewPlan,
  previewText,
  type RunningBatch,
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
    const temporal = await fromTemporal(plan, account);
    const batch = temporal?.batch === 'silent' ? undefined : temporal?.batch;
    const look = { ...account, earlier: temporal?.earlier, batch };
    const judged = await previewPlan(smc, plan, { pollIntervalSeconds, look, prices });
    if (!temporal) judged.warnings.push(temporalIsSilent);
    if (temporal?.batch === 'silent') judged.warnings.push(batchIsSilent);
    return { look, preview: judged };
  });
  process.exitCode = exitCodeOf(seen.preview);
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

/** As that of `apply`: a running batch that refuses a plan counts as a plan that is not valid. */
function exitCodeOf({ running, counts }: Preview): number {
  if (running && running.refused.length > 0) return exitCodes.usage;
  return counts.blocked > 0 ? exitCodes.serversFailed : exitCodes.done;
}

/** What Temporal says of the batch; undefined where it does not answer: then the account alone tells. */
async function fromTemporal(plan: Plan, look: AccountLook): Promise<TemporalLook | undefined> {
  const servers = plan.servers.map((server) => {
    const found = foundSources(server, look);
    return { name: server.name, sourceId: found.length === 1 ? found[0]?.sourceId : undefined };
  });
  try {
    const client = await connectClient(temporalSettings(), { silentMs: 2_000 });
    try {
      return await client.withDeadline(Date.now() + 60_000, async () => {
        const earlier = await earlierServers(client, { batch: plan.name, servers });
        return { earlier, batch: await runningBatch(client, plan) };
      });
    } finally {
      await client.connection.close();
    }
  } catch {
    return undefined;
  }
}

interface TemporalLook {
  earlier: EarlierRuns;
  batch?: RunningBatch | 'silent';
}

/** Undefined where no batch of this name runs. */
async function runningBatch(client: Client, plan: Plan): Promise<RunningBatch | 'silent' | undefined> {
  const batch = batchClient(client, plan.name);
  const queue = await batch.taskQueue();
  if (queue === undefined || (await batch.status()) !== 'RUNNING') return undefined;
  // A query needs a worker: without one it waits for its timeout.
  if (!(await hasWorker(client, queue))) return 'silent';
  try {
    return await client.withDeadline(Date.now() + 20_000, async () => ({
      changes: await client.workflow.getHandle(batchWorkflowId(plan.name)).query(planChangesQuery, plan),
      ended: await batch.servers({ phases: ['migrated', 'skipped', 'failed', 'cancelled'] }),
    }));
  } catch (error) {
    if (isPassing(error)) return 'silent';
    throw error;
  }
}

const temporalIsSilent: Warning = {
  code: 'temporal',
  message:
    'Temporal does not answer, so the preview does not know what this batch works on and has migrated before: a source that was removed or imported again since then is judged by the account alone',
  remedy: 'Set TEMPORAL_ADDRESS and preview again: then each source is judged as apply judges it.',
};

const batchIsSilent: Warning = {
  code: 'temporal',
  message:
    'the batch runs, but no worker answers for it: servers that have failed or were cancelled in it are shown as if it would start them again',
  remedy: 'Start its worker and preview again.',
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
