import {
  hasWorkflow,
  isEnded,
  type ServerRecord,
  slotsOf,
} from '../../../workflows/batch/servers/server-record';
import { isWished } from '../../../workflows/batch/wishes';
import type { Account } from '../account/account';
import type { BatchHost } from '../batch/batch-host';
import type { ServerWorkflow } from '../server/server-workflow';
import type { ServerWorkflows } from '../server/workflows';
import { must } from './violation';

/** What the batch knows of each server fits to what its workflow has lastReport, and to its job. */
export function judgeServers(host: BatchHost, workflows: ServerWorkflows, account: Account): void {
  const { state, index } = host.batch;
  if (state.stage === 'surveying') return;
  for (const name of index.withWorkflow) {
    const record = index.record(name);
    const workflow = workflows.running(host.name, name);
    if (!workflow || !isOf(workflow, record, host)) {
      judgeStart(host, name, record, workflow, workflows);
      const last = workflow ? undefined : workflows.last(host.name, name);
      if (last && isOf(last, record, host)) judgeTold(host, last, record);
      continue;
    }
    judgeTold(host, workflow, record);
    judgeWishes(host, workflow, record);
    judgeSlots(workflow, record, account);
  }
}

/** A server has ended when its workflow has told its end, or has closed. */
export function judgeEnds({ batch: { state, index }, name }: BatchHost, { open }: ServerWorkflows): void {
  for (const { input, endToldAt } of open) {
    const { server, creationId } = input;
    const record = index.has(server) ? index.record(server) : undefined;
    if (input.batch !== name || endToldAt !== undefined || !record || !isEnded(record.phase)) continue;
    must(
      creationId !== `${name}/${state.firstRunId}/${server}/${record.round}/${record.startedAt}`,
      'an end is that of its workflow',
      () => `${server} has ended, and its workflow goes on: ${JSON.stringify(record)}`,
    );
  }
}

/** The record is of this workflow. */
const isOf = ({ runId, input }: ServerWorkflow, record: ServerRecord, { firstRunId }: BatchHost) =>
  record.runId !== undefined
    ? record.runId === runId
    : record.round === 0 ||
      (record.round === input.round &&
        input.creationId.includes(`/${firstRunId}/`) &&
        record.startedAt !== undefined);

function judgeStart(
  { batch: { state }, name: batch }: BatchHost,
  name: string,
  record: ServerRecord,
  workflow: ServerWorkflow | undefined,
  workflows: ServerWorkflows,
): void {
  if (record.phase !== 'migrating' || record.round === 0 || record.runId !== undefined) return;
  must(
    isWished(state, name, 'start') || workflow !== undefined || workflows.last(batch, name) !== undefined,
    'a wish stands until it is done',
    () => `${name} is under way, has no workflow, and no start is wished`,
  );
}

function judgeTold(
  { batch, firstRunId }: BatchHost,
  { lastReport, grantedRequest, slotRequest, isCancelled }: ServerWorkflow,
  record: ServerRecord,
): void {
  if (!lastReport || lastReport.firstRunId !== firstRunId) return;
  const { report } = lastReport;
  if (batch.state.early.length > 0) return;
  const fits = (holds: boolean) =>
    must(
      holds,
      'a report is taken in',
      () => `lastReport ${JSON.stringify(report)}, known ${JSON.stringify(record)}`,
    );
  if (report.kind === 'ended') fits(false);
  // One that is cancelled may be grantedRequest, at that moment, a slot that it does not slotRequest any more.
  const mayBeGranted =
    isCancelled && record.grantedRequest !== undefined && record.grantedRequest >= slotRequest;
  if (report.kind === 'stoppedRunning' && !mayBeGranted) fits(record.phase !== 'migrating');
  if (report.kind === 'wantsSlot')
    fits(
      (record.phase === 'queued' && record.slotRequest >= report.slotRequest) ||
        (record.phase === 'migrating' &&
          Math.max(record.grantedRequest ?? 0, grantedRequest) >= report.slotRequest),
    );
}

function judgeWishes(
  { batch: { state }, cancels, cutOvers }: BatchHost,
  workflow: ServerWorkflow,
  record: ServerRecord,
): void {
  const { server } = workflow.input;
  const stands = (what: 'cancel' | 'cutOver' | 'grant') =>
    must(
      isWished(state, server, what),
      'a wish stands until it is done',
      () => `${server} has not heard its ${what}, and it is not wished any more`,
    );
  const isFor = (round: number | undefined) =>
    round === record.round || (round !== undefined && record.round === 0);
  // Of a whole batch that is cancelled `judgeCancel` sees to it, once the batch has decided.
  if (isFor(cancels.get(server)) && !workflow.isCancelled && !state.cancelRequested) stands('cancel');
  if (isFor(cutOvers.get(server)) && !workflow.isCutOverRequested) stands('cutOver');
  const isGranted = record.phase === 'migrating' && record.grantedRequest !== undefined;
  if (
    isGranted &&
    workflow.isAsking &&
    workflow.slotRequest === record.grantedRequest &&
    workflow.grantedRequest < workflow.slotRequest
  )
    stands('grant');
}

/** Its job counts, and counts as running while it runs; syncs begin by themselves. */
function judgeSlots({ job, input }: ServerWorkflow, record: ServerRecord, { jobs }: Account): void {
  if (!job || !jobs.has(job.jobId)) return;
  const slots = slotsOf(record);
  must(
    slots.existing > 0,
    'every job counts',
    () =>
      `${input.server} has job ${job.jobId} (${job.status}) and counts for none: ${JSON.stringify(record)}`,
  );
  must(
    job.status !== 'Running' || job.isSync === true || slots.running > 0,
    'every job counts',
    () => `job ${job.jobId} of ${input.server} runs and does not count as running: ${JSON.stringify(record)}`,
  );
}

/** A batch that is cancelled has lastReport, or tells, all that are at work. */
export function judgeCancel({ batch, name }: BatchHost, workflows: ServerWorkflows): void {
  const { state, index } = batch;
  if (!state.cancelRequested || state.stage !== 'running') return;
  for (const server of index.withWorkflow)
    must(
      isWished(state, server, 'cancel') || workflows.running(name, server)?.isCancelled === true,
      'a wish stands until it is done',
      () => `the batch is cancelled, ${server} goes on`,
    );
}

/** An order is done once its server has heard it, or is not at work any more. One that was cancelled does not wait for its next start. */
export function forgetHeard(host: BatchHost, workflows: ServerWorkflows): void {
  for (const [orders, isHeard] of [
    [host.cancels, ({ isCancelled }: ServerWorkflow) => isCancelled],
    [host.cutOvers, ({ isCutOverRequested }: ServerWorkflow) => isCutOverRequested],
  ] as const)
    for (const [name, round] of orders) {
      const record = host.batch.state.servers[name];
      const workflow = workflows.running(host.name, name);
      const isMoot = !record || !hasWorkflow(record) || (record.round !== round && record.round !== 0);
      if (isMoot && orders === host.cancels) judgeCancelled(name, record);
      if (isMoot || (workflow && isOf(workflow, record, host) && isHeard(workflow))) orders.delete(name);
    }
}

function judgeCancelled(name: string, record: ServerRecord | undefined): void {
  must(
    record?.phase !== 'waiting',
    'a wish stands until it is done',
    () => `${name} was cancelled, and waits for its next start: ${JSON.stringify(record)}`,
  );
}
