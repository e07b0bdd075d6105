/** Temporal alone, doing nothing: a parent, a child a server, empty activities. */
import { continueAsNew, executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';

const { nothing, runs } = proxyActivities<{ nothing(): Promise<void>; runs(ms: number): Promise<void> }>({
  startToCloseTimeout: '1h',
});

/** A history of more children would be longer than Temporal allows. */
const childrenPerRun = 1_000;

/** Runs so many children, `window` of them at a time. */
export async function bareBatch({ children, window }: { children: number; window: number }): Promise<void> {
  const here = Math.min(children, childrenPerRun);
  await inWindow(here, window, (nth) =>
    executeChild(bareServer, { workflowId: `${workflowInfo().workflowId}/${children}-${nth}` }),
  );
  if (children > here) await continueAsNew<typeof bareBatch>({ children: children - here, window });
}

export async function bareServer(): Promise<void> {
  for (let activity = 0; activity < 4; activity++) await nothing();
}

/** Runs a child for each job, `window` of them at a time; a job runs so many milliseconds. */
export async function bareJobs({ jobs, window }: { jobs: number[]; window: number }): Promise<void> {
  await inWindow(jobs.length, window, (nth) =>
    executeChild(bareJob, { workflowId: `${workflowInfo().workflowId}/${nth}`, args: [jobs[nth]!] }),
  );
}

export async function bareJob(ms: number): Promise<void> {
  await nothing();
  await nothing();
  await runs(ms);
}

async function inWindow(many: number, window: number, work: (nth: number) => Promise<void>): Promise<void> {
  let next = 0;
  const workThrough = async () => {
    while (next < many) await work(next++);
  };
  await Promise.all(Array.from({ length: window }, workThrough));
}
