import { type Client, type WorkflowExecutionInfo, WorkflowFailedError } from '@temporalio/client';
import { someAtOnce } from '../../src/concurrency';
import type { EarlierMigration } from '../../src/ledger';
import { settledMs } from '../../src/smc';
import { serverWorkflowId } from '../../workflows/contract/ids';
import { smcPhase } from '../../workflows/contract/search-attributes';
import {
  type ServerResult,
  type ServerStanding,
  standingQuery,
} from '../../workflows/contract/server-messages';
import { ifKnown } from './if-known';

/** A server whose workflow runs since before its batch was applied. */
export interface RunningServer {
  server: string;
  sourceId?: string;
  /** The answer of its workflow; absent when it does not answer now. */
  standing?: ServerStanding;
}

/** The servers of a batch in Temporal from before the batch was applied. */
export interface EarlierServers {
  /** Servers whose workflows still run: they outlive a batch that was terminated. */
  running: RunningServer[];
  /** Earlier migrations, newest first, as long as Temporal keeps ended workflows. */
  migrations: EarlierMigration[];
  /** Seconds from start to end of servers that were migrated, the newest ones; what the others will take is estimated by them. */
  took?: { server: string; seconds: number }[];
}

export interface EarlierServersInput {
  batch: string;
  /** The servers to find, each with its source in the account. */
  servers: { name: string; sourceId?: string }[];
}

/** The most workflows that are queried at the same time. */
const askedAtOnce = 20;
const answerMs = 10_000;
/** So many tell how long the others will take. */
const mostTook = 200;

/** Finds the workflow that runs under a server's name by its id: Temporal's lists may not have it yet. */
export async function namesake(
  client: Client,
  { batch, server }: { batch: string; server: string },
  beat: () => void = () => undefined,
): Promise<RunningServer | undefined> {
  return (await runningServer(client, { workflowId: serverWorkflowId(batch, server) }, beat)).server;
}

/** A workflow in Temporal's list or description. */
type Found = Omit<WorkflowExecutionInfo, 'raw'>;

/**
 * Finds the servers of a batch whose workflows run, with their standings, and earlier migrations: those that have just ended, so
 * that the ledger may not be listed yet, and those from another source than the present one. For older migrations of the same
 * source only the ledger counts: so a source whose tags were removed can be migrated again.
 */
export async function earlierServers(
  client: Client,
  { batch, servers }: EarlierServersInput,
  { now = Date.now(), beat = () => undefined }: { now?: number; beat?: () => void } = {},
): Promise<EarlierServers> {
  const ours = `WorkflowType = 'serverMigration' AND SmcBatch = '${batch}'`;
  const sourceOf = new Map(servers.map(({ name, sourceId }) => [name, sourceId]));
  const sources = new Set(servers.flatMap(({ sourceId }) => sourceId ?? []));
  // A server that ends between the two lists is in the second one.
  const listed: Found[] = [];
  for await (const found of client.workflow.list({ query: `${ours} AND ExecutionStatus = 'Running'` })) {
    if (sourceOf.has(serverOf(found)) || sources.has(memoOf(found).sourceId ?? '')) listed.push(found);
    beat();
  }
  const running = await someAtOnce(listed, askedAtOnce, (found) => runningServer(client, found, beat));

  // A source that was tagged before this time is listed with its tags now.
  const since = now - settledMs;
  const ended = new Map<string, Found>();
  const took: { server: string; seconds: number }[] = [];
  const query = `${ours} AND ExecutionStatus = 'Completed'`;
  for await (const found of client.workflow.list({ query })) {
    beat();
    const { sourceId } = memoOf(found);
    const server = serverOf(found);
    const isAskedAfter = sourceOf.has(server);
    const isRecent = (found.closeTime?.getTime() ?? 0) > since;
    const sourceNow = sourceOf.get(server);
    const isElsewhere = sourceNow === undefined || sourceNow !== sourceId;
    // The plan has given the server another name since, and its source is no longer in the account.
    const isOfRenamed = !isAskedAfter && !sources.has(sourceId ?? '');
    const phase = found.typedSearchAttributes.get(smcPhase);
    const mayBeMigrated = phase === undefined || phase === 'migrated';
    if (isAskedAfter && phase === 'migrated' && took.length < mostTook)
      took.push({ server, seconds: secondsOf(found) });
    if ((isAskedAfter ? isRecent || isElsewhere : isOfRenamed) && mayBeMigrated)
      ended.set(found.runId, found);
  }
  for (const found of running.flatMap(({ endedMeanwhile }) => endedMeanwhile ?? []))
    ended.set(found.runId, found);
  const newestFirst = [...ended.values()].sort((a, b) => closedAt(b) - closedAt(a));
  const migrations = await someAtOnce(newestFirst, askedAtOnce, (found) =>
    migration(client, found, since, beat),
  );
  return {
    running: running.flatMap(({ server }) => server ?? []),
    migrations: migrations.filter((one) => one !== undefined),
    ...(took.length > 0 && { took }),
  };
}

/** Asks the workflow itself: Temporal's lists may be late. */
async function runningServer(
  client: Client,
  found: { workflowId: string; runId?: string },
  beat: () => void,
): Promise<{ server?: RunningServer; endedMeanwhile?: Found }> {
  const handle = client.workflow.getHandle(found.workflowId, found.runId);
  const seen = await handle.describe().catch(ifKnown);
  beat();
  if (!seen) return {};
  if (seen.status.name !== 'RUNNING') return { endedMeanwhile: seen };
  const standing = await client
    .withDeadline(Date.now() + answerMs, () => handle.query(standingQuery))
    .catch(() => undefined);
  beat();
  return { server: { server: serverOf(seen), sourceId: memoOf(seen).sourceId, standing } };
}

async function migration(
  client: Client,
  found: Found,
  since: number,
  beat: () => void,
): Promise<EarlierMigration | undefined> {
  if (found.status.name !== 'COMPLETED' && found.status.name !== 'RUNNING') return undefined;
  const handle = client.workflow.getHandle(found.workflowId, found.runId);
  const result = (await handle.result().catch(ifMigrated)) as ServerResult | undefined;
  beat();
  if (result?.outcome !== 'migrated') return undefined;
  return {
    server: serverOf(found),
    ...memoOf(found),
    image: result.imageId ?? result.instanceId,
    jobId: result.jobId,
    startedAt: found.startTime?.getTime(),
    endedAt: found.closeTime?.getTime(),
    ...(closedAt(found) > since && { isRecent: true as const }),
  };
}

/** One that was taken for migrated has failed, or was cancelled. */
function ifMigrated(error: unknown): undefined {
  if (!(error instanceof WorkflowFailedError)) ifKnown(error);
}

const closedAt = ({ closeTime }: Found) => closeTime?.getTime() ?? Date.now();

const secondsOf = (found: Found) => Math.max(0, closedAt(found) - found.startTime.getTime()) / 1000;

function memoOf({ memo = {} }: Found): { sourceId?: string; sourceName?: string } {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { sourceId: text(memo.sourceId), sourceName: text(memo.sourceName) };
}

const serverOf = ({ workflowId }: Found) => workflowId.slice(workflowId.indexOf('/') + 1);
