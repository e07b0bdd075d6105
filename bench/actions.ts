/** What a server's migration costs in Temporal: the events it leaves, and the actions that Temporal Cloud would bill. */
import type { Client } from '@temporalio/client';
import { batchWorkflowId, quotaWorkflowId } from '../workflows/contract/ids';
import { billedActions, eventsByType } from './billed-actions';
import { type Figures, type FigureTable, fixed } from './figures';
import { historyOf } from './history';
import { childNamed, cpuMsOf } from './process-use';
import { sum } from './schedule';
import { onStage, planFor, runBatch, type StageOptions } from './stage';

const servers = 200;
const window = 50;
const pollSeconds = 0.05;

export function actions(options: StageOptions): Promise<Figures> {
  return onStage(options, async (stage) => {
    const account = await stage.account({
      servers: Array.from({ length: 2 * servers }, (_, i) => ({ name: `server-${i + 1}` })),
      jobsQuota: window,
      runningQuota: window,
      jobSeconds: 0,
      deletingSeconds: 0,
    });
    const worker = await stage.worker(account, pollSeconds);
    await runBatch(stage, planFor('warm-up', account, { count: servers }), account);
    const plan = planFor('actions', account, { from: servers, count: servers });
    const before = cpu(worker.pid);
    const ms = await runBatch(stage, plan, account);
    const used = cpu(worker.pid).map((now, i) => fixed((now - before[i]!) / servers, 1));
    stage.say(
      `a server took ${used.join(' + ')} ms of processor time (Temporal, worker, account and client); ${fixed((servers * 1000) / ms, 1)} servers a second`,
    );
    await historyOf(stage.client, plan.name, servers);
    const own = await histories(
      stage.client,
      `WorkflowType = 'serverMigration' AND SmcBatch = '${plan.name}'`,
    );
    const batch = await histories(stage.client, `WorkflowId = '${batchWorkflowId(plan.name)}'`);
    const quota = await histories(stage.client, `WorkflowId = '${quotaWorkflowId(plan.name)}'`);
    const parts = { own, batch, quota };
    const rows = (count: (part: History[]) => Map<string, number>): string[][] => {
      const counts = Object.values(parts).map(count);
      const kinds = new Set(counts.flatMap((one) => [...one.keys()]));
      const cells = (of: (one: Map<string, number>) => number) => {
        const a = counts.map((one) => of(one) / servers);
        return [...a, sum(a)].map((n) => (n === 0 ? '' : fixed(n)));
      };
      return [
        ...[...kinds].map((kind) => [kind, ...cells((one) => one.get(kind) ?? 0)]),
        ['all', ...cells((one) => sum([...one.values()]))],
      ];
    };
    return {
      title: 'Events and actions',
      about: `What ${servers} servers with one-shot image jobs leave in Temporal, a server: in its own workflow, in the batch's and in the quota's; and the actions of that as Temporal Cloud bills them.
The last table adds the heartbeats of the wait for a job, calculated: one where a poll shows something new, else one after 0.6 of the heartbeat timeout, which is three polls (20 seconds at least).`,
      tables: [
        { columns: ['event', 'own', 'batch', 'quota', 'all'], rows: rows(eventsByType) },
        { columns: ['action', 'own', 'batch', 'quota', 'all'], rows: rows(actionsOf) },
        jobTable(sum(Object.values(parts).map((part) => sum([...actionsOf(part).values()]))) / servers),
      ],
      verdicts: [],
    };
  });
}

/** Actions of a server by the length of its job and the time between two polls; `others`: all but the heartbeats. */
function jobTable(others: number): FigureTable {
  const rows = [30, 120].flatMap((poll) =>
    [1, 20].map((hours) => {
      const polls = (hours * 3_600) / poll;
      const atRest = (hours * 3_600) / (0.6 * Math.max(20, 3 * poll));
      return [`${hours} h, a poll every ${poll} s`, fixed(others + atRest, 0), fixed(others + polls, 0)];
    }),
  );
  return { columns: ['job', 'actions: polls show nothing new', 'each shows something new'], rows };
}

type History = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>;

async function histories(client: Client, query: string): Promise<History[]> {
  const found: History[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query }))
    found.push((await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? []);
  return found;
}

function actionsOf(part: History[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const history of part)
    for (const [kind, n] of billedActions(history)) all.set(kind, (all.get(kind) ?? 0) + n);
  return all;
}

const cpu = (worker: number) =>
  [childNamed('temporal'), worker, process.pid].map((pid) => (pid && cpuMsOf(pid)) ?? 0);
