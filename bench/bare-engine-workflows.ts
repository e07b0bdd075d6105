/** Temporal alone, doing nothing: a parent, a child a server, four empty activities a child. */
import { continueAsNew, executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '1m' });

/** A history of more children would be longer than Temporal allows. */
const childrenPerRun = 1_000;

/** Runs so many children, `window` of them at a time. */
export async function bareBatch({ children, window }: { children: number; window: number }): Promise<void> {
  const here = Math.min(children, childrenPerRun);
  const { workflowId } = workflowInfo();
  let next = 0;
  const work = async () => {
    while (next < here) await executeChild(bareServer, { workflowId: `${workflowId}/${children}-${next++}` });
  };
  await Promise.all(Array.from({ length: window }, work));
  if (children > here) await continueAsNew<typeof bareBatch>({ children: children - here, window });
}

export async function bareServer(): Promise<void> {
  for (let activity = 0; activity < 4; activity++) await nothing();
}
