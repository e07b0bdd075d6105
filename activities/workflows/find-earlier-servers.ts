import { Context } from '@temporalio/activity';
import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
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

/** A server that a workflow of its own has at work since before its batch was applied. */
export interface RunningServer {
  server: string;
  sourceId?: string;
  /** What it answers; absent where it does not answer now. */
  standing?: ServerStanding;
}

/** What Temporal knows of a batch's servers from before the batch was applied. */
export interface EarlierServers {
  /** Their workflows still run: a terminated batch leaves them at work. */
  running: RunningServer[];
  /** What was migrated, newest first, as far back as Temporal keeps what has ended. */
  migrations: EarlierMigration[];
}

export interface EarlierServersInput {
  batch: string;
  /** Those that are asked after, with the source that the account has for each. */
  servers: { name: string; sourceId?: string }[];
}

/** Workflows asked at the same time: most of it goes into waiting for Temporal. */
const askedAtOnce = 20;
const answerMs = 10_000;

/**
 * Finds the servers of a batch that are at work, with where they stand, and those that were migrated: a moment ago, so
 * that the ledger may not list it yet, or from another source than the one that the account has for them now. What is
 * older and of the same source is the ledger's to say, so that a source whose tags were removed can be migrated again.
 */
export function findEarlierServers(input: EarlierServersInput): Promise<EarlierServers> {
  const { client, heartbeat, info } = Context.current();
  // By the server's clock, which stamps the ends that are asked for; this worker's may differ.
  return earlierServers(client, input, { now: info.currentAttemptScheduledTimestampMs, beat: heartbeat });
}

/** Who runs under a server's name, asked by that name: a list may not have it yet. */
export function findNamesake(input: { batch: string; server: string }): Promise<RunningServer | undefined> {
  const { client, heartbeat } = Context.current();
  return namesake(client, input, heartbeat);
}

/** The same for who is no activity. */
export async function namesake(
  client: Client,
  { batch, server }: { batch: string; server: string },
  beat: () => void = () => undefined,
): Promise<RunningServer | undefined> {
  return (await runningServer(client, { workflowId: serverWorkflowId(batch, server) }, beat)).server;
}

/** What its list or its description tells of a workflow. */
type Found = Omit<WorkflowExecutionInfo, 'raw'>;

/** The same outside of an activity. */
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

  // What was tagged before is listed by now.
  const since = now - settledMs;
  const ended = new Map<string, Found>();
  const query = `${ours} AND ExecutionStatus = 'Completed'`;
  for await (const found of client.workflow.list({ query })) {
    beat();
    const { sourceId } = memoOf(found);
    const server = serverOf(found);
    const isAskedAfter = sourceOf.has(server);
    const isRecent = (found.closeTime?.getTime() ?? 0) > since;
    const sourceNow = sourceOf.get(server);
    const isElsewhere = sourceNow === undefined || sourceNow !== sourceId;
    // The plan has renamed the server since, and its source is not in the account any more.
    const isOfRenamed = !isAskedAfter && !sources.has(sourceId ?? '');
    const phase = found.typedSearchAttributes.get(smcPhase);
    const mayBeMigrated = phase === undefined || phase === 'migrated';
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
  };
}

/** The lists of Temporal may be late; the workflow itself is not. */
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
  const result = (await handle.result().catch(ifKnown)) as ServerResult | undefined;
  beat();
  if (result?.outcome !== 'migrated') return undefined;
  return {
    server: serverOf(found),
    ...memoOf(found),
    image: result.imageId ?? result.instanceId,
    ...(closedAt(found) > since && { isRecent: true as const }),
  };
}

/** What Temporal has just removed is not known any more. */
function ifKnown(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
  return undefined;
}

const closedAt = ({ closeTime }: Found) => closeTime?.getTime() ?? Date.now();

function memoOf({ memo = {} }: Found): { sourceId?: string; sourceName?: string } {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { sourceId: text(memo.sourceId), sourceName: text(memo.sourceName) };
}

const serverOf = ({ workflowId }: Found) => workflowId.slice(workflowId.indexOf('/') + 1);
