/**
 * How close a batch comes to what the quota allows, what it asks of the API, and what it leaves in Temporal; and the
 * same accounts by the script one writes without smc-batch.
 */
import type { Audit, Simulator } from '../src/simulator';
import { count, type Figures, type FigureTable, fixed, percent } from './figures';
import { type HistorySize, historyOf } from './history';
import { listSchedule, lowerBound, type Schedule, scheduleOf, sum } from './schedule';
import { type BenchSource, benchSources, jobLength, jobSeconds } from './sources';
import { accountEnv, onStage, planFor, runBatch, type Stage, type StageOptions, untilDone } from './stage';

const quota = { jobs: 100, running: 50 };
/** The bar, as a ratio to the lower bound. */
const bar = 1.05;
/** In life it is 30 s. */
const pollSeconds = 0.5;
/** Simulated seconds in a real one: a look costs what it costs in life. */
const lifeSpeed = 30 / pollSeconds;
const seed = 'makespan';

interface PartOptions extends StageOptions {
  quick: boolean;
  /** So many times as long, for a machine that is busy with other things. */
  stretch: number;
}

interface Case {
  servers: number;
  share: number | 'random';
}

const cases: Case[] = [
  { servers: 200, share: 0.5 },
  { servers: 1_000, share: 0.5 },
  { servers: 200, share: 'random' },
];

/** What a run of a case has shown. */
interface Outcome extends Case {
  boundMs: number;
  schedule: Schedule;
  audit: Audit;
}

interface OurOutcome extends Outcome {
  /** What list scheduling in our order takes with an engine that costs nothing. */
  idealMs: number;
  history: { server: HistorySize; batch: HistorySize; quota: HistorySize };
}

/** `--only makespan`: smc-batch. */
export async function makespan(options: PartOptions): Promise<Figures> {
  const speed = lifeSpeed / options.stretch;
  const outcomes: OurOutcome[] = [];
  for (const one of options.quick ? cases.slice(0, 1) : cases)
    outcomes.push(await onStage(options, (stage) => runOurs(stage, one, speed)));
  return {
    title: 'Makespan, API calls and history',
    about: `${aboutAccounts(speed)}
*Longest first* is list scheduling in our order by an engine that takes no time at all. The idle slot time is split into what was lost until ${quota.running} ran, between a job's end and the next one's start, and after the last start; together they are what the ratio has above 1.
*Sizes known*: what is used of each disk is the same share, so the order by disk size is the order by length. *Unknown*: 20 to 90 % of each are used, which SMC does not show.`,
    tables: [makespanTable(outcomes), callsTable(outcomes), historyTable(outcomes)],
    verdicts: outcomes
      .filter(({ share }) => share !== 'random')
      .map(({ servers, schedule, boundMs }) => {
        const ratio = schedule.makespan / boundMs;
        return {
          claim: `${count(servers)} servers within ${bar} of the quota's bound: ${fixed(ratio, 3)}`,
          isMet: ratio <= bar,
        };
      }),
  };
}

/** `--only script`: the same accounts by the script. */
export async function script(options: PartOptions): Promise<Figures> {
  const speed = lifeSpeed / options.stretch;
  const outcomes: Outcome[] = [];
  for (const one of cases.filter(({ share }, i) => share !== 'random' && (i === 0 || !options.quick)))
    outcomes.push(await onStage(options, (stage) => runScript(stage, one, speed)));
  return {
    title: 'The same by a script',
    about: `The accounts of the section above, driven by \`bench/naive-script.ts\`, the script one writes without smc-batch: a pool of ${quota.running}, each of which creates, starts, looks at its own job every ${pollSeconds} s and deletes, in the account's order. It keeps nothing, so it cannot be taken up again.`,
    tables: [makespanTable(outcomes), callsTable(outcomes)],
    verdicts: [],
  };
}

const aboutAccounts = (
  speed: number,
) => `Servers with jobs of varied length on the simulator (10 to 70 GiB used, jobs of ${minutes(10)} to ${minutes(70)} simulated minutes), ${quota.jobs} jobs may exist and ${quota.running} may run.
The *bound* is what no schedule can beat: the sum of all jobs' lengths over ${quota.running}, or the longest job. The makespan is the account's own: from the first start of a job to the moment the last one stops running.
Simulated time passes ${Math.round(speed)} times as fast: a look every ${pollSeconds} s is a look every ${Math.round(pollSeconds * speed)} simulated seconds (30 in life), and all that is taken from one job to the next weighs ${Math.round(speed)} times as much as in life.`;

async function runOurs(stage: Stage, one: Case, speed: number): Promise<OurOutcome> {
  const sources = benchSources(one.servers, seed, one.share);
  const account = await openAccount(stage, sources, speed);
  await stage.worker(account, pollSeconds);
  const plan = planFor(nameOf(one), account);
  await runBatch(stage, plan, account);
  const longestFirst = sources.toSorted((a, b) => b.systemDiskGiB - a.systemDiskGiB).map(jobSeconds);
  return {
    ...outcomeOf(stage, one, account, sources, speed),
    idealMs: (listSchedule(longestFirst, quota.running) * 1000) / speed,
    history: await historyOf(stage.client, plan.name, one.servers),
  };
}

async function runScript(stage: Stage, one: Case, speed: number): Promise<Outcome> {
  const sources = benchSources(one.servers, seed, one.share);
  const account = await openAccount(stage, sources, speed);
  await untilDone(
    stage.spawn('bench/naive-script.js', {
      args: [String(quota.running)],
      env: accountEnv(account, pollSeconds),
    }),
  );
  return outcomeOf(stage, one, account, sources, speed);
}

/** The account's own word on the run; its busy time must be the sum of the lengths, or the bound would be wrong. */
function outcomeOf(
  stage: Stage,
  one: Case,
  { account }: Simulator,
  sources: BenchSource[],
  speed: number,
): Outcome {
  const lengths = sources.map(jobSeconds);
  const boundMs = (lowerBound(lengths, quota.running) * 1000) / speed;
  const expectedBusyMs = (sum(lengths) * 1000) / speed;
  // Lets what is due happen, so that the last deletion is in the timeline.
  account.now();
  const audit = account.audit();
  const schedule = scheduleOf(audit.timeline, quota.running);
  if (Math.abs(schedule.busy / expectedBusyMs - 1) > 0.01)
    throw new Error(`the jobs ran ${schedule.busy} ms together, and ${expectedBusyMs} were expected`);
  if (audit.jobs.peakRunning > quota.running || audit.jobs.peakExisting > quota.jobs)
    throw new Error('a quota was exceeded');
  stage.say(`${nameOf(one)}: ${fixed(schedule.makespan / boundMs, 3)} of the bound`);
  return { ...one, boundMs, schedule, audit };
}

const nameOf = ({ servers, share }: Case) => `makespan-${servers}${share === 'random' ? '-random' : ''}`;

const openAccount = (stage: Stage, servers: BenchSource[], speed: number) =>
  stage.account({
    ...jobLength,
    servers,
    seed,
    speed,
    jobsQuota: quota.jobs,
    runningQuota: quota.running,
  });

const minutes = (usedGiB: number) => Math.round(jobSeconds({ name: '', systemDiskGiB: 0, usedGiB }) / 60);

function makespanTable(outcomes: (Outcome | OurOutcome)[]): FigureTable {
  return {
    columns: [
      'servers',
      'sizes',
      'makespan / bound',
      'longest first',
      'idle: start-up',
      'hand-over',
      'tail',
      'ms a hand-over',
    ],
    rows: outcomes.map((outcome) => {
      const { servers, share, boundMs, schedule } = outcome;
      return [
        count(servers),
        share === 'random' ? 'unknown' : 'known',
        fixed(schedule.makespan / boundMs, 3),
        'idealMs' in outcome ? fixed(outcome.idealMs / boundMs, 3) : '',
        ...[schedule.idle.startUp, schedule.idle.handover, schedule.idle.tail].map((ms) =>
          percent(ms / (quota.running * boundMs)),
        ),
        fixed(schedule.handover, 0),
      ];
    }),
  };
}

function callsTable(outcomes: Outcome[]): FigureTable {
  const shown = outcomes.filter(({ share }) => share !== 'random');
  const operations = [...new Set(shown.flatMap((outcome) => Object.keys(calls(outcome))))].sort();
  const row = (servers: number, what: string, byOperation: Record<string, number>) => [
    count(servers),
    what,
    fixed(sum(Object.values(byOperation)) / servers),
    ...operations.map((operation) => fixed((byOperation[operation] ?? 0) / servers)),
  ];
  const rows = shown.flatMap((outcome) => {
    const { servers, boundMs } = outcome;
    const minimum = {
      CreateReplicationJob: servers,
      StartReplicationJob: servers,
      DeleteReplicationJob: servers,
      TagResources: servers,
      // One look at fifty jobs a tick, for as long as the bound.
      DescribeReplicationJobs: (boundMs / (pollSeconds * 1000)) * (quota.running / 50),
    };
    return [
      row(servers, 'made', calls(outcome)),
      ...('idealMs' in outcome ? [row(servers, 'the minimum', minimum)] : []),
    ];
  });
  return { columns: ['servers', 'API calls per server', 'all', ...operations], rows };
}

const calls = ({ audit }: Outcome) =>
  Object.fromEntries(
    Object.entries(audit.calls.perOperation).map(([operation, { accepted, refused }]) => [
      operation,
      accepted + sum(Object.values(refused)),
    ]),
  );

function historyTable(outcomes: OurOutcome[]): FigureTable {
  return {
    columns: [
      'servers',
      'history a server',
      'in its workflow',
      "its share of the batch's",
      "of the quota's",
      'runs of the batch',
    ],
    rows: outcomes.flatMap(({ servers, history }) => {
      const a = (what: 'events' | 'bytes', digits: number) =>
        [history.server, history.batch, history.quota].map((size) => fixed(size[what] / servers, digits));
      const all = (what: 'events' | 'bytes', digits: number) =>
        fixed((history.server[what] + history.batch[what] + history.quota[what]) / servers, digits);
      return [
        [count(servers), `${all('events', 1)} events`, ...a('events', 1), String(history.batch.workflows)],
        [count(servers), `${all('bytes', 0)} bytes`, ...a('bytes', 0), ''],
      ];
    }),
  };
}
