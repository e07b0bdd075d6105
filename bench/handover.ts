/** What passes from the end of a job to the start of the next one, at rest and at full load; and what a new run of the batch costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { startBareEngine } from './bare-engine';
import { type BatchRuns, batchRuns, type RunChange } from './batch-runs';
import { count, type Figures, type FigureTable, fixed } from './figures';
import { type JobTimes, noteJobTimes } from './job-times';
import { lowerBound, type Schedule, scheduleOf } from './schedule';
import { type BenchSource, benchSources, jobLength, jobSeconds } from './sources';
import { accountEnv, onStage, planFor, runBatch, type Stage, type StageOptions, untilDone } from './stage';

const pollSeconds = 0.5;
const seed = 'makespan';
/** The bar, in milliseconds beyond the look. */
const barMs = 350;

interface Load {
  servers: number;
  running: number;
  /** Simulated seconds in a real one. */
  speed: number;
}

const atRest: Load = { servers: 60, running: 20, speed: 120 };
const full = (servers: number): Load => ({ servers, running: 50, speed: 300 });
const fullSizes = [200, 1_000];

/** The way from one job to the next, as the times of its steps. */
const steps = ['seen', 'told', 'task', 'workflow', 'created', 'started'] as const;
type Step = (typeof steps)[number];
type Way = Record<Step, number[]>;

interface Outcome extends Load {
  by: 'smc-batch' | 'bare engine' | 'script';
  boundMs: number;
  schedule: Schedule;
}

interface OurOutcome extends Outcome {
  way: Way;
  changes: (RunChange & { mostIdle: number })[];
  events: Map<string, number>;
}

export async function handover(
  options: StageOptions & { quick: boolean; servers?: number[] },
): Promise<Figures> {
  const sizes = options.servers ?? (options.quick ? fullSizes.slice(0, 1) : fullSizes);
  const ours: OurOutcome[] = [];
  const all: Outcome[] = [];
  for (const load of [atRest, ...sizes.map(full)]) {
    const own = await onStage(options, (stage) => runOurs(stage, load));
    ours.push(own);
    all.push(own, await onStage(options, (stage) => runBare(stage, load)));
    all.push(await onStage(options, (stage) => runScript(stage, load)));
  }
  const beyond = ours.map((one) => ({ ...one, ms: one.schedule.handover - mean(one.way.seen) }));
  return {
    title: 'From one job to the next',
    about: `A running slot is handed over when the job in it ends: the end is seen (a look every ${pollSeconds} s), the batch is told, its task begins, it starts the next server's workflow, that creates a job and starts it. *ms a hand-over* is the slot time that nobody used over the number of hand-overs, by the account's own timeline.
*At rest* ${atRest.running} jobs run and simulated time passes ${atRest.speed} times as fast; at *full load* 50 run at 300 (a second is five minutes), which takes all of a small machine. The bare engine is a parent with a child for each server: two empty activities and one that waits as long as the job runs, with no look and no API. The script is that of the section below.`,
    tables: [summary(all), wayTable(ours), changesTable(ours), eventsTable(ours)],
    verdicts: beyond
      .filter(({ running }) => running === 50)
      .map(({ servers, ms }) => ({
        claim: `${count(servers)} servers: at most ${barMs} ms beyond the look: ${fixed(ms, 0)}`,
        isMet: ms <= barMs,
      })),
  };
}

async function runOurs(stage: Stage, load: Load): Promise<OurOutcome> {
  const account = await openAccount(stage, load);
  const times = noteJobTimes(account);
  await stage.worker(account, pollSeconds);
  const name = `handover-${load.servers}`;
  await runBatch(stage, planFor(name, account), account);
  account.account.now();
  const { timeline } = account.account.audit();
  const schedule = scheduleOf(timeline, load.running);
  const runs = await batchRuns(stage.client, name);
  const began = Date.now() - account.account.clock.realMs();
  const changes = runs.changes.map((change) => {
    const meanwhile = timeline.filter(({ realMs }) => {
      const at = began + realMs;
      return at >= change.lastAt && at <= change.firstAt + 1_000;
    });
    // More than there were when it began: near the end of a batch slots are idle anyway.
    const most = meanwhile[0]?.running ?? 0;
    return { ...change, mostIdle: most - Math.min(most, ...meanwhile.map(({ running }) => running)) };
  });
  const way = wayOf(times, runs, await workflowStarts(stage.client, name, load.servers));
  stage.say(`${name}: ${fixed(schedule.handover, 0)} ms a hand-over`);
  return {
    ...{ ...load, by: 'smc-batch', boundMs: boundOf(load), schedule },
    ...{ way, changes, events: runs.events },
  };
}

/** When each server's workflow began. Temporal's list is a little behind. */
async function workflowStarts(client: Client, batch: string, servers: number): Promise<Map<string, number>> {
  const query = `WorkflowType = 'serverMigration' AND SmcBatch = '${batch}'`;
  for (let looks = 0; looks < 60; looks++) {
    const starts = new Map<string, number>();
    for await (const { workflowId, startTime } of client.workflow.list({ query }))
      starts.set(workflowId.slice(workflowId.indexOf('/') + 1), startTime.getTime());
    if (starts.size >= servers) return starts;
    await sleep(500);
  }
  throw new Error(`not all workflows of ${batch} are listed`);
}

/** The steps of all hand-overs: the first of a window, which no job has made room for, are left out where they would count. */
function wayOf(
  times: Map<string, JobTimes>,
  { told, tasks }: BatchRuns,
  workflows: Map<string, number>,
): Way {
  const way: Way = { seen: [], told: [], task: [], workflow: [], created: [], started: [] };
  const firstEnd = Math.min(...[...times.values()].map(({ endedAt = Number.POSITIVE_INFINITY }) => endedAt));
  for (const [server, { createdAt, startedAt, endedAt, seenAt }] of times) {
    const toldAt = told.get(server);
    if (endedAt !== undefined && seenAt !== undefined && toldAt !== undefined) {
      way.seen.push(seenAt - endedAt);
      way.told.push(Math.max(0, toldAt - seenAt));
      const task = tasks.find((at) => at >= toldAt);
      if (task !== undefined) way.task.push(task - toldAt);
    }
    const workflowAt = workflows.get(server);
    if (workflowAt === undefined || workflowAt < firstEnd) continue;
    const task = tasks.findLast((at) => at <= workflowAt);
    if (task !== undefined) way.workflow.push(workflowAt - task);
    way.created.push(createdAt - workflowAt);
    if (startedAt !== undefined) way.started.push(startedAt - createdAt);
  }
  return way;
}

async function runBare(stage: Stage, load: Load): Promise<Outcome> {
  const bare = await startBareEngine(stage);
  const runs = sourcesOf(load)
    .map(jobSeconds)
    .toSorted((a, b) => b - a)
    .map((seconds) => (seconds * 1000) / load.speed);
  const timeline = await bare.runJobs(runs, load.running);
  return { ...load, by: 'bare engine', boundMs: boundOf(load), schedule: scheduleOf(timeline, load.running) };
}

async function runScript(stage: Stage, load: Load): Promise<Outcome> {
  const account = await openAccount(stage, load);
  const env = accountEnv(account, pollSeconds);
  await untilDone(stage.spawn('bench/naive-script.js', { args: [String(load.running)], env }));
  account.account.now();
  const { timeline } = account.account.audit();
  return { ...load, by: 'script', boundMs: boundOf(load), schedule: scheduleOf(timeline, load.running) };
}

const sourcesOf = ({ servers }: Load): BenchSource[] => benchSources(servers, seed, 0.5);

const boundOf = (load: Load) =>
  (lowerBound(sourcesOf(load).map(jobSeconds), load.running) * 1000) / load.speed;

const openAccount = (stage: Stage, load: Load) =>
  stage.account({
    ...jobLength,
    servers: sourcesOf(load),
    seed,
    speed: load.speed,
    jobsQuota: 2 * load.running,
    runningQuota: load.running,
  });

const nameOf = ({ servers, running, speed }: Load) =>
  `${count(servers)}, ${running} run, ${speed} times as fast`;

const summary = (outcomes: Outcome[]): FigureTable => ({
  columns: ['servers', 'by', 'makespan / bound', 'ms a hand-over'],
  rows: outcomes.map((outcome) => [
    nameOf(outcome),
    outcome.by,
    fixed(outcome.schedule.makespan / outcome.boundMs, 3),
    fixed(outcome.schedule.handover, 0),
  ]),
});

const wayTable = (outcomes: OurOutcome[]): FigureTable => ({
  columns: [
    'ms, median / nine in ten',
    'ended → seen',
    '→ told',
    '→ its task',
    '→ workflow',
    '→ created',
    '→ started',
  ],
  rows: outcomes.map((outcome) => [
    nameOf(outcome),
    ...steps.map(
      (step) => `${fixed(part(outcome.way[step], 0.5), 0)} / ${fixed(part(outcome.way[step], 0.9), 0)}`,
    ),
  ]),
});

const changesTable = (outcomes: OurOutcome[]): FigureTable => ({
  columns: [
    'new runs of the batch',
    'runs',
    'closing tasks refused',
    'ms between two decisions, at most',
    'more slots idle, at most',
  ],
  rows: outcomes.map((outcome) => [
    nameOf(outcome),
    String(outcome.changes.length + 1),
    String(outcome.changes.reduce((sum, { refused }) => sum + refused, 0)),
    outcome.changes.length > 0
      ? fixed(Math.max(...outcome.changes.map(({ lastAt, firstAt }) => firstAt - lastAt)), 0)
      : '',
    outcome.changes.length > 0 ? String(Math.max(...outcome.changes.map(({ mostIdle }) => mostIdle))) : '',
  ]),
});

/** The kinds of events, and what their types begin with. */
const kinds: Record<string, RegExp> = {
  tasks: /^workflowTask/,
  signals: /[sS]ignal/,
  activities: /^activityTask/,
  'calls in tasks': /^markerRecorded/,
  timers: /^timer/,
  other: /./,
};

function eventsTable(outcomes: OurOutcome[]): FigureTable {
  const rows = outcomes.map((outcome) => {
    const sums = new Map(Object.keys(kinds).map((kind) => [kind, 0]));
    for (const [type, number] of outcome.events) {
      const [kind] = Object.entries(kinds).find(([, begins]) => begins.test(type))!;
      sums.set(kind, sums.get(kind)! + number);
    }
    const all = [...sums.values()].reduce((sum, number) => sum + number, 0);
    return [nameOf(outcome), ...[all, ...sums.values()].map((number) => fixed(number / outcome.servers))];
  });
  return { columns: ["the batch's events a server", 'all', ...Object.keys(kinds)], rows };
}

const mean = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0) / Math.max(1, numbers.length);

/** The number below which such a part of them is. */
function part(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}
