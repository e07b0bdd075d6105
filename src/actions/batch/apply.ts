import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { changePlanUpdate, planChangesQuery } from '../../../workflows/contract/orders';
import type { PlanOfAction } from '../../../workflows/contract/plan-of-action';
import { type BatchClient, batchClient, hasWorker, isPassing } from '../../batch-client/batch-client';
import { failureOf } from '../../batch-client/batch-failure';
import { followUntilLeft } from '../../batch-client/look/follow';
import {
  askPlanOfAction,
  blockedLines,
  countsOfPlan,
  startQuestion,
} from '../../batch-client/plan-of-action';
import { checkQueueOfAccount } from '../../batch-client/queues/account-queue';
import { queueOf, workerOf } from '../../batch-client/queues/queue-of-batch';
import { idleWorkers, takeNewWork, workersOfQueue } from '../../batch-client/queues/workers-of-queue';
import { sendOrder, whoami } from '../../batch-client/send-order';
import { withClient } from '../../batch-client/session';
import { temporalUiUrl, workflowUrl } from '../../batch-client/temporal-ui';
import type { Plan } from '../../plan';
import { ensureSearchAttributes, taskQueue } from '../../temporal';
import { confirm } from '../../terminal/confirm';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { type OutputFormat, printer, printJson, sayAside } from '../../terminal/output';
import { shellWord, smcBatchCommand } from '../../text';
import { validPlan } from '../plan/valid-plan';

export interface ApplyOptions {
  yes: boolean;
  watch: boolean;
  output: OutputFormat;
}

/** Starts the batch of a plan, or joins it where it runs. */
export async function apply(path: string, options: ApplyOptions): Promise<void> {
  const plan = await validPlan(path);
  const print = printer(options.output);
  await withClient(async (client, settings) => {
    print(summary(plan));
    const batch = batchClient(client, plan.name);
    await checkQueue(batch, path, print);
    await checkQueueOfAccount(client, plan);
    const planned = (await isRunning(batch))
      ? undefined
      : await askToStart(client, plan, path, options.yes, print);
    await ensureSearchAttributes(client, settings.namespace);
    const how = await batch.start(plan, path);
    if (how === 'started') print(`Batch '${plan.name}' started.`);
    if (how === 'attached') await changePlan(client, batch, plan, options.yes, print);
    const ui = await temporalUiUrl(client, settings);
    if (ui) print(`Temporal UI: ${workflowUrl(ui, settings.namespace, batchWorkflowId(plan.name))}`);
    const warning = await untilSurveyed(client, batch, options.watch);
    if (warning) sayAside(warning);
    if (options.watch) {
      process.exitCode = await followUntilLeft(batch, options.output, client);
    } else if (options.output === 'json') {
      const queue = await queueOf(batch);
      printJson({
        batch: plan.name,
        workflowId: batchWorkflowId(plan.name),
        how,
        taskQueue: queue,
        planned,
        warning,
      });
    } else {
      print(`Watch it: ${smcBatchCommand('watch', [plan.name])}`);
    }
  });
}

/** Whether there is nothing to start: the batch is at work. */
const isRunning = async (batch: BatchClient) =>
  (await batch.taskQueue()) !== undefined && (await batch.status()) === 'RUNNING';

/** Prints what the batch would do, and asks that; gives it where it is known. */
async function askToStart(
  client: Client,
  plan: Plan,
  path: string,
  yes: boolean,
  print: (line?: string) => void,
): Promise<PlanOfAction | undefined> {
  const answer = await askPlanOfAction(client, plan);
  const planned = 'known' in answer ? answer.known : undefined;
  if ('unknown' in answer) print(`What it would do is not known: ${answer.unknown}`);
  if (planned) {
    const isDone = planned.done === plan.servers.length;
    print(isDone ? `Nothing is left to migrate: ${planned.done} done.` : `${countsOfPlan(planned)}.`);
    for (const line of blockedLines(planned, path)) print(line);
  }
  await confirm(startQuestion(plan.name, planned), yes);
  return planned;
}

/**
 * An account and its task queue belong together: on another queue another account may be served. A batch that runs stays
 * where it runs; one that has ended starts on another queue only when the operator has named that queue.
 */
async function checkQueue(batch: BatchClient, path: string, print: (line: string) => void): Promise<void> {
  const queue = await batch.taskQueue();
  const ours = taskQueue();
  if (queue === undefined || queue === ours) return;
  if ((await batch.status()) === 'RUNNING') {
    print(
      `Batch '${batch.batch}' runs on task queue '${queue}' and stays there; this shell is set to '${ours}'.`,
    );
    return;
  }
  if (process.env.SMC_TASK_QUEUE) {
    print(`Batch '${batch.batch}' ran on task queue '${queue}' before. It goes on on '${ours}' now.`);
    return;
  }
  const again = (name: string) => `SMC_TASK_QUEUE=${shellWord(name)} ${smcBatchCommand('apply', [path])}`;
  throw new CommandFailure(
    [
      `Batch '${batch.batch}' ran on task queue '${queue}'; this shell would start it on '${ours}', whose workers may serve another account. Nothing was started.`,
      `To go on where it was: ${again(queue)}`,
      `To move it all the same: ${again(ours)}`,
    ],
    exitCodes.usage,
  );
}

/** Changes the running batch to a plan that differs from its own, where that is possible. */
async function changePlan(
  client: Client,
  batch: BatchClient,
  plan: Plan,
  yes: boolean,
  print: (line?: string) => void,
): Promise<void> {
  const queue = await queueOf(batch);
  if (!(await hasWorker(client, queue))) {
    throw new CommandFailure(
      `Batch '${plan.name}' runs already, but no worker takes work from its task queue '${queue}' to compare the plan with. Start one with: ${workerOf(queue)}. Then apply again.`,
    );
  }
  const changes = await client.workflow.getHandle(batchWorkflowId(plan.name)).query(planChangesQuery, plan);
  const { added, removed, changed, settings, refused, notes } = changes;
  if (refused.length > 0) {
    throw new CommandFailure(
      [
        `Nothing was changed. Batch '${plan.name}' runs, and these changes of its plan are not possible now:`,
        ...refused.map((line) => `  ${line}`),
      ],
      exitCodes.usage,
    );
  }
  const lines = [
    added.length > 0 && `  + ${added.join(', ')}`,
    removed.length > 0 && `  - ${removed.join(', ')}`,
    changed.length > 0 && `  ~ ${changed.join(', ')}`,
    settings.length > 0 && `  ~ ${settings.join(', ')} of the batch`,
  ].filter((line) => line !== false);
  if (lines.length === 0)
    return print(`Batch '${plan.name}' runs already, by this same plan: nothing is changed.`);
  print(`Batch '${plan.name}' runs already. The plan has changed:`);
  for (const line of lines) print(line);
  for (const line of notes) print(`  ${line}`);
  const parts = [
    added.length > 0 && `${added.length} to add`,
    removed.length > 0 && `${removed.length} to remove`,
    changed.length > 0 && `${changed.length} to change`,
    settings.length > 0 && `its ${settings.join(', ')} to change`,
  ].filter((part) => part !== false);
  await confirm(`Change batch '${plan.name}': ${parts.join(', ')}?`, yes);
  const answer = await sendOrder(client, plan.name, changePlanUpdate, { by: whoami(), plan });
  print(`Batch '${plan.name}': ${answer.done}.`);
}

function summary(plan: Plan): string {
  const { quota, id } = plan.account;
  const waves = plan.waves.map(
    ({ name }) => `${name} (${plan.servers.filter(({ wave }) => wave === name).length})`,
  );
  return (
    `Batch '${plan.name}': ${plan.servers.length} servers, waves ${waves.join(', ')}; ` +
    `account '${id}': ${quota.jobs} jobs may exist, ${quota.running} may run; at most ${plan.policy.maxConcurrent} at once.`
  );
}

/**
 * Waits until the batch has read its source servers, which shows that worker, credentials and endpoint are right.
 * Throws a {@link CommandFailure} with what is wrong; a batch that has not failed goes on and may still succeed.
 * A batch without a worker is started all the same, and waits for the first worker: that is a warning.
 */
async function untilSurveyed(client: Client, batch: BatchClient, stay: boolean): Promise<string | undefined> {
  const deadline = Date.now() + 10_000;
  const queue = await queueOf(batch);
  const untaken = async (): Promise<string> => {
    const idle = idleWorkers(await workersOfQueue(client, queue));
    const started = `Batch '${batch.batch}' is started, but no worker takes`;
    if (idle) return `${started} it from its task queue '${queue}': ${idle.why}. ${idle.remedy}`;
    return `${started} work from its task queue '${queue}'. Start one with: ${workerOf(queue)}. Where one runs already, its stderr says why it takes no work.`;
  };
  for (let polls = 0; ; polls++) {
    if (polls === 4 && !(await isServed(client, queue))) return await untaken();
    const status = await batch.status();
    const failure = await failureOf(batch, status);
    if (failure) throw failure;
    const trouble = await batch.trouble();
    if (trouble && !stay) {
      throw new CommandFailure([
        `Batch '${batch.batch}' cannot read its source servers: ${trouble}`,
        `It goes on by itself once it can. To give up: ${smcBatchCommand('cancel', [batch.batch], { yes: true })}`,
      ]);
    }
    if (trouble || status !== 'RUNNING') return undefined;
    if (polls > 0) {
      const isSurveyed = await surveyed(client, batch, queue);
      if (isSurveyed === undefined) return await untaken();
      if (isSurveyed) return undefined;
    }
    if (Date.now() > deadline) return undefined;
    await sleep(250);
  }
}

/** Whether a worker gets what begins on the queue. */
const isServed = async (client: Client, queue: string) => takeNewWork(await workersOfQueue(client, queue));

/** A query needs a worker: without one it waits for its timeout. Undefined when no worker answered. */
async function surveyed(client: Client, batch: BatchClient, queue: string): Promise<boolean | undefined> {
  if (!(await isServed(client, queue))) return false;
  const progress = await client
    .withDeadline(Date.now() + 8_000, () => batch.progress())
    .catch((error: unknown) => {
      if (isPassing(error)) return undefined;
      throw error;
    });
  return progress && progress.status !== 'surveying';
}
