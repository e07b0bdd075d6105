import type { Client } from '@temporalio/client';
import { batchWorkflowId, quotaWorkflowId } from '../../../workflows/contract/ids';
import type { Check } from '../../doctor/check';
import type { Plan } from '../../plan';
import { taskQueue } from '../../temporal';
import { SmcBatchError } from '../batch-error';

// An account and a task queue belong together: the workers of a queue have the credentials of one account
// alone. Running batches and quota workflows tell which account that is, by the queue that they are on.

/** A batch that runs, or the quota of an account that has batches at work. */
export interface AtWork {
  what: string;
  account: string;
  queue: string;
}

/** Batches and quotas that run in this Temporal namespace. */
export async function findAtWork(client: Client): Promise<AtWork[]> {
  const atWork: AtWork[] = [];
  const query = "WorkflowType IN ('batch', 'accountQuota') AND ExecutionStatus = 'Running'";
  for await (const { workflowId, memo, taskQueue: queue } of client.workflow.list({ query })) {
    if (workflowId.startsWith(quotaWorkflowId(''))) {
      const account = workflowId.slice(quotaWorkflowId('').length);
      atWork.push({ what: `the quota of account '${account}'`, account, queue });
    } else if (typeof memo?.account === 'string') {
      const batch = workflowId.slice(batchWorkflowId('').length);
      atWork.push({ what: `batch '${batch}'`, account: memo.account, queue });
    }
  }
  return atWork;
}

/** Why a batch of this account must not start on this queue; `batch` itself, where it runs already, is no reason. */
export function refusalOfQueue(
  { name, account }: Pick<Plan, 'name' | 'account'>,
  queue: string,
  atWork: readonly AtWork[],
): string | undefined {
  const others = atWork.filter(({ what }) => what !== `batch '${name}'`);
  const stranger = others.find((one) => one.queue === queue && one.account !== account.id);
  if (stranger)
    return (
      `Task queue '${queue}' serves account '${stranger.account}': ${stranger.what} runs there, with that account's credentials. ` +
      `The plan is for account '${account.id}': set SMC_TASK_QUEUE to a queue of its own, and start its workers with the same.`
    );
  const elsewhere = others.find((one) => one.queue !== queue && one.account === account.id);
  if (!elsewhere) return undefined;
  return (
    `Account '${account.id}' is served by task queue '${elsewhere.queue}': ${elsewhere.what} runs there; SMC_TASK_QUEUE is ` +
    `'${queue}' here. Set SMC_TASK_QUEUE=${elsewhere.queue}; or, if it is another account, give the plan its own account.id.`
  );
}

/** Throws a {@link SmcBatchError} where the plan's account and the task queue do not belong together. */
export async function checkQueueOfAccount(client: Client, plan: Plan, queue = taskQueue()): Promise<void> {
  const atWork = await findAtWork(client);
  // A batch that runs stays on its queue.
  if (atWork.some(({ what }) => what === `batch '${plan.name}'`)) return;
  const refusal = refusalOfQueue(plan, queue, atWork);
  if (refusal) throw new SmcBatchError('WrongTaskQueue', `${refusal} Nothing was started.`);
}

/** Accounts that share this machine's task queue, or that this queue shares with another one. */
export function queueCheck(queue: string, atWork: readonly AtWork[]): Check {
  const check = { id: 'account-queue', title: 'Account and task queue' };
  const accounts = [...new Set(atWork.filter((one) => one.queue === queue).map(({ account }) => account))];
  const names = accounts.map((account) => `'${account}'`).join(' and ');
  if (accounts.length > 1)
    return {
      ...check,
      status: 'problem',
      detail: `batches of accounts ${names} run on task queue ${queue}, whose workers have one account's credentials`,
      remedy:
        'Cancel those of the other account, and apply them with an SMC_TASK_QUEUE and workers of its own.',
    };
  const elsewhere = atWork.find((one) => one.queue !== queue && accounts.includes(one.account));
  if (elsewhere)
    return {
      ...check,
      status: 'problem',
      detail: `account ${names} is also served by task queue ${elsewhere.queue} (${elsewhere.what})`,
      remedy:
        'Keep to one queue an account; give different accounts different ids in their plans (account.id).',
    };
  return {
    ...check,
    status: 'ok',
    detail: accounts.length === 1 ? `${queue} serves account ${names}` : `no batch runs on ${queue}`,
  };
}
