import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { planOfActionWorkflowId } from '../../workflows/contract/ids';
import type { PlanOfAction, PlanOfActionAnswer } from '../../workflows/contract/plan-of-action';
import type { Plan } from '../plan';
import { taskQueue } from '../temporal';
import { failureText, smcBatchCommand } from '../text';
import { isPassing } from './batch-client';
import { workerOf } from './queues/queue-of-batch';
import { hasAny, idleWorkers, workersOfQueue } from './queues/workers-of-queue';

/** A small account is read in a second; one with ten thousand servers in a minute or two. */
const patienceMs = { least: 10_000, ofServer: 10 };

/** What `apply` would do with the plan, as a worker of this machine's queue sees the account; or why nobody knows. */
export async function askPlanOfAction(
  client: Client,
  plan: Plan,
): Promise<{ known: PlanOfAction } | { unknown: string }> {
  const queue = taskQueue();
  const workers = await workersOfQueue(client, queue);
  if (!hasAny(workers))
    return {
      unknown: `no worker takes work from task queue '${queue}' to read the account. Start one with: ${workerOf(queue)}`,
    };
  const idle = idleWorkers(workers);
  if (idle)
    return { unknown: `no worker of task queue '${queue}' reads the account: ${idle.why}. ${idle.remedy}` };
  const patience = patienceMs.least + plan.servers.length * patienceMs.ofServer;
  const workflowId = planOfActionWorkflowId(plan.name, randomUUID());
  const answer = await client
    .withDeadline(Date.now() + patience, () =>
      client.workflow.execute<(input: { plan: Plan }) => Promise<PlanOfActionAnswer>>('planOfAction', {
        workflowId,
        taskQueue: queue,
        args: [{ plan }],
        workflowExecutionTimeout: patience,
      }),
    )
    .catch((error: unknown) => {
      if (isPassing(error) || isTimeout(error)) return undefined;
      throw error;
    })
    .finally(() => removed(client, workflowId));
  if (!answer) return { unknown: `no worker has read the account within ${patience / 1000} seconds.` };
  if ('trouble' in answer)
    return { unknown: `the account could not be read: ${failureText(answer.trouble)}` };
  return answer;
}

/** The list of workflows shows batches and servers; who may not delete this one sees it there until its retention is over. */
async function removed(client: Client, workflowId: string): Promise<void> {
  const { namespace } = client.options;
  await client.workflowService
    .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } })
    .catch(() => undefined);
}

/** The workflow has had its time. */
const isTimeout = (error: unknown) => (error as { cause?: Error }).cause?.name === 'TimeoutFailure';

/** `1 to migrate, 19 done, 0 blocked`; printed before the question. */
export function countsOfPlan({ migrate, adopt, done, blocked }: PlanOfAction): string {
  const adopted = adopt > 0 ? `${adopt} to adopt, ` : '';
  return `${migrate} to migrate, ${adopted}${done} done, ${blocked} blocked`;
}

const mostShown = 10;

/** Who is blocked, and why; a line each, and what to do about it. */
export function blockedLines({ blocked, blockedServers }: PlanOfAction, file: string): string[] {
  const shown = blockedServers.slice(0, mostShown);
  const more = blocked - shown.length;
  return [
    ...shown.flatMap(({ server, code, message, remedy }) => [
      `  ${server} is blocked: ${code}: ${message}`,
      `    ${remedy}`,
    ]),
    ...(more > 0 ? [`  … and ${more} more: ${smcBatchCommand('preview', [file])}`] : []),
  ];
}

/** What is asked before the batch starts. */
export function startQuestion(batch: string, plan: PlanOfAction | undefined): string {
  if (!plan) return `Start batch '${batch}' all the same?`;
  const { migrate, adopt, blocked, done } = plan;
  // The counts stand in the line above.
  if (migrate + adopt > 0) return `Start batch '${batch}'?`;
  const left = blocked === 0 ? `nothing is left to migrate, ${done} done` : countsOfPlan(plan);
  return `Start batch '${batch}' all the same: ${left}?`;
}
