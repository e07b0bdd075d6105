/** How close a batch comes to what the quota allows, what it asks of the API, and what it leaves in Temporal. */
import type { Audit, Simulator } from '../src/simulator';
import { count, type Figures, type FigureTable, fixed, percent } from './figures';
import { type HistorySize, historyOf } from './history';
import { listSchedule, lowerBound, type Schedule, scheduleOf, sum } from './schedule';
import { type BenchSource, benchSources, jobLength, jobSeconds } from './sources';
import { accountEnv, onStage, planFor, runBatch, type Stage, type StageOptions, untilDone } from './stage';

const quota = { jobs: 100, running: 50 };
/** The bar, as a ratio to the lower bound. */
const bar = 1.05;
/** In life it is 30 s for jobs of an hour or more; here the jobs are so much shorter that this is a worse case. */
const pollSeconds = 0.25;
const seed = 'makespan';

interface PartOptions extends StageOptions {
  quick: boolean;
  /** So many times as long, for a machine that is busy with other things. */
  stretch: number;
}

interface Case {
  servers: number;
  share: number | 'random';
  /** The lower bound in real seconds: it sets the simulator's speed. */
  boundSeconds: number;
  withScript: boolean;
}

const cases: Case[] = [
  { servers: 200, share: 0.5, boundSeconds: 90, withScript: true },
  { servers: 1_000, share: 0.5, boundSeconds: 170, withScript: true },
  { servers: 200, share: 'random', boundSeconds: 90, withScript: false },
];

interface Outcome extends Case {
  boundMs: number;
  speed: number;
  /** What list scheduling in our order takes with an engine that costs nothing. */
  idealMs: number;
  ours: { schedule: Schedule; audit: Audit };
  script?: { schedule: Schedule; audit: Audit };
  history: { server: HistorySize; batch: HistorySize; quota: HistorySize };
}

export async function makespan(options: PartOptions): Promise<Figures> {
  const chosen = (options.quick ? cases.slice(0, 1) : cases).map((one) => ({
    ...one,
    boundSeconds: one.boundSeconds * options.stretch,
  }));
  const outcomes: Outcome[] = [];
  for (const one of chosen) outcomes.push(await onStage(options, (stage) => measure(stage, one)));
  return figures(outcomes);
}

async function measure(stage: Stage, one: Case): Promise<Outcome> {
  const sources = benchSources(one.servers, seed, one.share);
  const lengths = sources.map(jobSeconds);
  const speed = lowerBound(lengths, quota.running) / one.boundSeconds;
  const toReal = (seconds: number) => (seconds * 1000) / speed;
  const longestFirst = sources.toSorted((a, b) => b.systemDiskGiB - a.systemDiskGiB).map(jobSeconds);

  const account = await openAccount(stage, sources, speed);
  const worker = await stage.worker(account, pollSeconds);
  const plan = planFor(nameOf(one), account);
  await runBatch(stage, plan, account);
  const ours = audited(account, toReal(sum(lengths)));
  const tell = (by: string, { schedule }: { schedule: Schedule }) =>
    stage.say(`${nameOf(one)}: ${by} ${fixed(schedule.makespan / one.boundSeconds / 1000, 3)} of the bound`);
  tell('smc-batch', ours);
  const history = await historyOf(stage.client, plan.name, one.servers);
  await worker.stop();

  const outcome: Outcome = {
    ...one,
    boundMs: one.boundSeconds * 1000,
    speed,
    idealMs: toReal(listSchedule(longestFirst, quota.running)),
    ours,
    history,
  };
  if (!one.withScript) return outcome;
  const other = await openAccount(stage, sources, speed);
  stage.say(`${nameOf(one)}: the same by the script`);
  await untilDone(
    stage.spawn('bench/naive-script.js', {
      args: [String(quota.running)],
      env: accountEnv(other, pollSeconds),
    }),
  );
  const script = audited(other, toReal(sum(lengths)));
  tell('the script', script);
  return { ...outcome, script };
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

/** The account's own word on the run; its busy time must be the sum of the lengths, or the bound would be wrong. */
function audited({ account }: Simulator, expectedBusyMs: number): { schedule: Schedule; audit: Audit } {
  // Lets what is due happen, so that the last deletion is in the timeline.
  account.now();
  const audit = account.audit();
  const schedule = scheduleOf(audit.timeline, quota.running);
  if (Math.abs(schedule.busy / expectedBusyMs - 1) > 0.01)
    throw new Error(`the jobs ran ${schedule.busy} ms together, and ${expectedBusyMs} were expected`);
  if (audit.jobs.peakRunning > quota.running || audit.jobs.peakExisting > quota.jobs)
    throw new Error('a quota was exceeded');
  return { schedule, audit };
}

function figures(outcomes: Outcome[]): Figures {
  return {
    title: 'Makespan, API calls and history',
    about: `Servers with jobs of varied length on the simulator (10 to 70 GiB used, jobs of ${minutes(10)} to ${minutes(70)} simulated minutes), ${quota.jobs} jobs may exist and ${quota.running} may run.
The *bound* is what no schedule can beat: the sum of all jobs' lengths over ${quota.running}, or the longest job. The makespan is the account's own: from the first start of a job to the moment the last one stops running.
*Longest first* is list scheduling in our order by an engine that takes no time at all. The idle slot time is split into what was lost until ${quota.running} ran, between a job's end and the next one's start, and after the last start; together they are what the ratio has above 1.
A look every ${pollSeconds} s is, at this speed, a look every ${outcomes.map(({ speed }) => Math.round(pollSeconds * speed)).join(' or ')} simulated seconds: the default in life is 30.
*Sizes known*: what is used of each disk is the same share, so the order by disk size is the order by length. *Unknown*: 20 to 90 % of each are used, which SMC does not show.
*The script* is \`bench/naive-script.ts\`: a pool of ${quota.running}, each of which creates, starts, looks at its own job and deletes, in the account's order. It keeps nothing, so it cannot be taken up again.`,
    tables: [makespanTable(outcomes), callsTable(outcomes), historyTable(outcomes)],
    verdicts: outcomes
      .filter(({ share }) => share !== 'random')
      .map(({ servers, ours, boundMs }) => {
        const ratio = ours.schedule.makespan / boundMs;
        return {
          claim: `${count(servers)} servers within ${bar} of the quota's bound: ${fixed(ratio, 3)}`,
          isMet: ratio <= bar,
        };
      }),
  };
}

const minutes = (usedGiB: number) => Math.round(jobSeconds({ name: '', systemDiskGiB: 0, usedGiB }) / 60);

function makespanTable(outcomes: Outcome[]): FigureTable {
  return {
    columns: [
      'servers',
      'sizes',
      'by',
      'makespan / bound',
      'longest first',
      'idle: start-up',
      'hand-over',
      'tail',
      'ms a hand-over',
    ],
    rows: outcomes.flatMap((outcome) => {
      const { servers, share, boundMs, idealMs, ours, script } = outcome;
      const row = (by: string, { schedule }: { schedule: Schedule }, ideal: string) => [
        count(servers),
        share === 'random' ? 'unknown' : 'known',
        by,
        fixed(schedule.makespan / boundMs, 3),
        ideal,
        ...[schedule.idle.startUp, schedule.idle.handover, schedule.idle.tail].map((ms) =>
          percent(ms / (quota.running * boundMs)),
        ),
        fixed(schedule.handover, 0),
      ];
      return [
        row('smc-batch', ours, fixed(idealMs / boundMs, 3)),
        ...(script ? [row('the script', script, '')] : []),
      ];
    }),
  };
}

function callsTable(outcomes: Outcome[]): FigureTable {
  const shown = outcomes.filter(({ script }) => script);
  const operations = [
    ...new Set(shown.flatMap(({ ours, script }) => [ours, script!].flatMap((o) => Object.keys(calls(o))))),
  ].sort();
  const rows = shown.flatMap((outcome) => {
    const { servers, boundMs, ours, script } = outcome;
    const row = (by: string, byOperation: Record<string, number>) => [
      count(servers),
      by,
      fixed(sum(Object.values(byOperation)) / servers),
      ...operations.map((operation) => fixed((byOperation[operation] ?? 0) / servers)),
    ];
    // One look at fifty jobs a tick, for as long as the bound.
    const ticks = boundMs / (pollSeconds * 1000);
    const once = { CreateReplicationJob: servers, StartReplicationJob: servers };
    const minimum = {
      ...once,
      DeleteReplicationJob: servers,
      TagResources: servers,
      DescribeReplicationJobs: ticks * (quota.running / 50),
    };
    return [row('smc-batch', calls(ours)), row('the script', calls(script!)), row('the minimum', minimum)];
  });
  return { columns: ['servers', 'API calls a server', 'all', ...operations], rows };
}

const calls = ({ audit }: { audit: Audit }) =>
  Object.fromEntries(
    Object.entries(audit.calls.perOperation).map(([operation, { accepted, refused }]) => [
      operation,
      accepted + sum(Object.values(refused)),
    ]),
  );

function historyTable(outcomes: Outcome[]): FigureTable {
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
