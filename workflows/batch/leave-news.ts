import { condition, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { newsWorkflowId } from '../contract/ids';
import type { DeliverNews } from '../news/workflow';
import { type BatchRun, carryOut } from './carry-out';
import { decide } from './decide';

/** The longest wait of a batch's end for its last messages. */
const lastChanceMs = 10_000;

/** Sends the last messages of a batch. Those that the webhook does not take soon are left to a workflow of their own. */
export async function leaveNews(run: BatchRun): Promise<void> {
  const { news, plan } = run.batch.state;
  const until = Date.now() + lastChanceMs;
  const isLeft = () => news.unsent.length > 0 && news.failedRounds === 0 && Date.now() < until;
  while (isLeft()) {
    run.mustDecide = false;
    carryOut(run, decide(run.batch, Date.now()));
    await condition(() => run.mustDecide, until - Date.now());
  }
  if (news.unsent.length === 0) return;
  news.leftTo = newsWorkflowId(plan.name, workflowInfo().runId);
  const unsent = news.unsent.map(({ failures, ...event }) => event);
  await startChild<DeliverNews>('deliverNews', {
    workflowId: news.leftTo,
    args: [{ unsent }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${unsent.length} messages of batch ${plan.name} for the webhook`,
  });
}
