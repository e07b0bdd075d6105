import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionStatusName,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { JobHeartbeat } from '../../activities';
import { type BatchMemo, type BatchResult, resultOfFailure } from '../../workflows/contract/ends/batch-end';
import type { JobEvidence } from '../../workflows/contract/ends/job-evidence';
import { endOfFailure } from '../../workflows/contract/ends/server-end';
import type { SmcFailure } from '../../workflows/contract/failure';
import { batchWorkflowId, serverWorkflowId } from '../../workflows/contract/ids';
import { smcBatch, smcPhase } from '../../workflows/contract/search-attributes';
import type { JobEnd } from '../../workflows/contract/server-messages';
import {
  type BatchProgress,
  leftPlanQuery,
  progressQuery,
  type ServerPhase,
  type ServerView,
  serversQuery,
} from '../../workflows/contract/views';
import type { Plan } from '../plan';
import { grpcStatus, taskQueue, withSearchAttributes } from '../temporal';
import { counted } from '../text';
import { SmcBatchError } from './batch-error';
import { deletedJobs, progressAfterCleanup, withDeletions } from './cleanup-record';
import { failureSaid, type PendingAttempt } from './look/pending-attempt';
import { noSuchBatch } from './names';
import { withPlanFile } from './plan-file';
import { serverNow } from './queues/server-clock';
import { hasAny, workersOfQueue } from './queues/workers-of-queue';

/** What the commands do with a batch that runs, or ran, in Temporal. */
export interface BatchClient {
  readonly batch: string;
  /** Starts the batch; `attached` when it runs already. */
  start(plan: Plan, planFile?: string): Promise<'started' | 'attached'>;
  progress(): Promise<BatchProgress>;
  servers(filter?: ServerFilter): Promise<ServerView[]>;
  /** What became of servers that had ended when they left the plan, a line each. */
  leftPlan(): Promise<string[]>;
  status(): Promise<WorkflowExecutionStatusName>;
  /** The time by the Temporal server's clock. */
  now(): Promise<number>;
  /** The task queue of its workflow, whatever this shell is set to; undefined when there is no such batch. */
  taskQueue(): Promise<string | undefined>;
  /** What the server's workflow is doing right now. */
  pending(server: string): Promise<PendingAttempt[]>;
  /** Why the server's job was last asked to stop; undefined when it never was. */
  stopReason(server: string): Promise<StopReason | undefined>;
  /** Why the batch's own activity keeps failing, as its last attempt said. */
  trouble(): Promise<string | undefined>;
  cancel(): Promise<void>;
  /** Of a batch that has ended, also with failed servers. Rejects where it could not start, was cancelled or terminated. */
  result(): Promise<BatchResult>;
  /** What the workflow of a server that has failed says of its job: all of it, where the batch keeps less, or nothing. */
  evidence(server: string): Promise<JobEvidence | undefined>;
}

/** Servers of these phases, and of these names; all where neither is given. */
export interface ServerFilter {
  phases?: ServerPhase[];
  names?: string[];
}

/** What ended a job that has to be stopped first; `Stopped` when the server was cancelled. */
export interface StopReason {
  end: JobEnd;
  error?: SmcFailure;
}

const tsToMs = (time: { seconds?: unknown } | null | undefined) =>
  time?.seconds ? Number(time.seconds) * 1000 : undefined;

/** Temporal: PENDING_ACTIVITY_STATE_SCHEDULED, it waits for a worker or for its next attempt. */
const activityScheduled = 1;

/** Heartbeats and requests of one server are far below the size from which on payloads are compressed. */
function firstValue<T>(values: { payloads?: { data?: Uint8Array | null }[] | null } | null | undefined) {
  const data = values?.payloads?.find((payload) => payload.data?.length)?.data;
  return data ? (JSON.parse(Buffer.from(data).toString()) as T) : undefined;
}

/** A server that is under way has its job yet. */
const mayLeaveJob: ServerPhase[] = ['migrated', 'skipped', 'failed', 'cancelled'];

/** A page of servers in one query: far below Temporal's limit of 2 MiB. */
const pageSize = 500;

/** `queue`: where its workflow starts; a batch that runs stays on its own. */
export function batchClient(client: Client, batch: string, queue = taskQueue()): BatchClient {
  const handle: WorkflowHandle = client.workflow.getHandle(batchWorkflowId(batch));
  const serverHandle = (server: string) => client.workflow.getHandle(serverWorkflowId(batch, server));
  const found = <T>(work: Promise<T>): Promise<T> => foundBatch(client, batch, work);
  return {
    batch,
    async start(plan, planFile) {
      try {
        await withSearchAttributes(client.options.namespace, () =>
          client.workflow.start('batch', {
            workflowId: batchWorkflowId(batch),
            taskQueue: queue,
            args: [{ plan }],
            workflowIdConflictPolicy: 'FAIL',
            typedSearchAttributes: new TypedSearchAttributes([
              { key: smcBatch, value: batch },
              { key: smcPhase, value: 'surveying' },
            ]),
            memo: {
              servers: plan.servers.length,
              account: plan.account.id,
              ...(planFile !== undefined && { planFile }),
            } satisfies BatchMemo,
            staticSummary: `${counted(plan.servers.length, 'server')} in ${counted(plan.waves.length, 'wave')}`,
          }),
        );
        return 'started';
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        return 'attached';
      }
    },
    async progress() {
      const told = await found(handle.query(progressQuery, { at: await serverNow(client) }));
      const progress = { ...told, next: await withPlanFile(told.next, handle) };
      if (progress.leftovers + progress.strayJobs === 0) return progress;
      const deleted = await deletedJobs(client, batch);
      if (deleted.size === 0) return progress;
      const servers = progress.leftovers > 0 ? await allServers(client, batch, { phases: mayLeaveJob }) : [];
      const { closeTime } = await found(handle.describe());
      return progressAfterCleanup(progress, { servers, deleted, endedAt: closeTime?.getTime() });
    },
    servers: (filter) => allServers(client, batch, filter),
    now: () => serverNow(client),
    leftPlan: () => found(handle.query(leftPlanQuery)),
    status: async () => (await found(handle.describe())).status.name,
    taskQueue: () =>
      handle.describe().then(
        ({ taskQueue }) => taskQueue,
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        },
      ),
    async pending(server) {
      const { raw } = await serverHandle(server).describe();
      return (raw.pendingActivities ?? []).map((activity) => {
        const attempt = activity.attempt ?? 1;
        const isUnderWay = activity.state !== activityScheduled;
        return {
          activity: activity.activityType?.name ?? '',
          attempt,
          lastFailure: failureSaid(activity.lastFailure?.message ?? undefined),
          nextAttemptAt: attempt > 1 && !isUnderWay ? tsToMs(activity.scheduledTime) : undefined,
          startedAt: isUnderWay ? tsToMs(activity.lastStartedTime) : undefined,
          heartbeat: firstValue<JobHeartbeat>(activity.heartbeatDetails),
          heartbeatAt: tsToMs(activity.lastHeartbeatTime),
        };
      });
    },
    async stopReason(server) {
      const { events } = await serverHandle(server).fetchHistory();
      const asked = events?.findLast(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'stopReplicationJob',
      );
      return firstValue<{ report: StopReason }>(asked?.activityTaskScheduledEventAttributes?.input)?.report;
    },
    async trouble() {
      const { raw } = await found(handle.describe());
      return (
        raw.pendingActivities?.find((activity) => activity.lastFailure)?.lastFailure?.message ?? undefined
      );
    },
    cancel: async () => void (await found(handle.cancel())),
    result: () =>
      found(
        handle.result().catch((error: unknown) => {
          const result = resultOfFailure(error);
          if (!result) throw error;
          return result;
        }),
      ),
    async evidence(server) {
      const workflow = serverHandle(server);
      if ((await workflow.describe()).status.name !== 'FAILED') return undefined;
      const end = await workflow.result().then(() => undefined, endOfFailure);
      return end?.outcome === 'failed' ? end.evidence : undefined;
    },
  };
}

async function allServers(client: Client, batch: string, filter?: ServerFilter): Promise<ServerView[]> {
  const all: ServerView[] = [];
  for await (const server of eachServer(client, batch, filter)) all.push(server);
  return all;
}

/** The servers of a batch in the plan's order, page by page. */
export async function* eachServer(
  client: Client,
  batch: string,
  filter: ServerFilter = {},
): AsyncGenerator<ServerView, void> {
  const handle = client.workflow.getHandle(batchWorkflowId(batch));
  const at = await serverNow(client);
  let deleted: ReturnType<typeof deletedJobs> | undefined;
  const readDeleted = () => (deleted ??= deletedJobs(client, batch));
  for (let offset = 0; ; offset += pageSize) {
    const query = handle.query(serversQuery, { offset, limit: pageSize, at, ...filter });
    const { servers, total } = await foundBatch(client, batch, query);
    yield* await withDeletions(servers, readDeleted);
    if (offset + servers.length >= total || servers.length === 0) return;
  }
}

const foundBatch = <T>(client: Client, batch: string, work: Promise<T>): Promise<T> =>
  work.catch(async (error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new SmcBatchError('NoSuchBatch', await noSuchBatch(client, batch));
  });

/** `runs`, `has ended`: how a batch stands, by the status of its workflow. A batch with failed servers has ended, too. */
export function howItStands(status: WorkflowExecutionStatusName): string {
  switch (status) {
    case 'RUNNING':
      return 'runs';
    case 'COMPLETED':
    case 'FAILED':
      return 'has ended';
    case 'TIMED_OUT':
      return 'has timed out';
    default:
      return `was ${status.toLowerCase()}`;
  }
}

/** Whether a worker is at work on this task queue right now. */
export const hasWorker = async (client: Client, queue: string): Promise<boolean> =>
  hasAny(await workersOfQueue(client, queue));

/** A query has no answer while no worker runs, or while Temporal itself restarts: it may have one later. */
export function isPassing(error: unknown): boolean {
  const cause = isGrpcServiceError(error) ? error : (error as Error | undefined)?.cause;
  return isGrpcServiceError(cause) && passing.includes(cause.code);
}

const passing: number[] = [
  grpcStatus.DEADLINE_EXCEEDED,
  grpcStatus.UNAVAILABLE,
  grpcStatus.FAILED_PRECONDITION,
  grpcStatus.CANCELLED,
];
