/** What orchestration costs: servers a second with jobs that take no time, beside an engine that does nothing. */
import { startBareEngine } from './bare-engine';
import { count, type Figures, fixed } from './figures';
import { childNamed, cpuMsOf } from './process-use';
import { sum } from './schedule';
import { onStage, planFor, runBatch, type Stage, type StageOptions } from './stage';

const window = 50;
const pollSeconds = 0.05;
/** The bar, as a ratio to the bare engine's rate. */
const bar = 0.8;
/** Larger sizes take the bare engine a quarter of an hour, and no bar asks for it. */
const mostBare = 1_000;
/** A server of a large batch may cost so much more processor time than one of a small batch. */
const linearBar = 1.15;

interface Measured {
  perSecond: number;
  /** Processor time a server in milliseconds. */
  cpu: { temporal?: number; worker?: number; account?: number };
}

interface Round {
  servers: number;
  /** Absent where it was not measured. */
  bare?: Measured;
  ours: Measured;
}

export async function overhead(options: StageOptions & { quick: boolean }): Promise<Figures> {
  // In turns, because a shared machine is faster now and slower then.
  const sizes = options.quick ? [300, 300] : [300, 300, 300];
  const rounds = await onStage(options, (stage) => measure(stage, sizes));
  const small = rounds.filter(({ servers }) => servers === 300);
  const ratio =
    sum(small.map(({ ours }) => ours.perSecond)) / sum(small.map(({ bare }) => bare?.perSecond ?? 0));
  return {
    title: 'Orchestration overhead',
    about: `Servers per second with jobs of no length, ${window} at a time, beside the bare engine on the same Temporal server in turns: a parent workflow, a child per server, four empty activities per child, and no API.
Our rate has the account in it: its calls, its polls (every ${pollSeconds} s) and the simulator's own work on the same machine. A ratio of 1 is an engine that costs nothing.`,
    tables: [table(rounds)],
    verdicts: [
      {
        claim: `at least ${bar} of the bare engine's rate at 300 servers: ${fixed(ratio)}`,
        isMet: ratio >= bar,
      },
    ],
  };
}

export async function scale(options: StageOptions & { quick: boolean }): Promise<Figures> {
  const sizes = options.quick ? [300, 1_000] : [300, 1_000, 10_000];
  const rounds: Round[] = [];
  for (const size of sizes) rounds.push(...(await onStage(options, (stage) => measure(stage, [size]))));
  const first = rounds[0]!;
  const last = rounds.at(-1)!;
  const growth = cpuOf(last.ours) / cpuOf(first.ours);
  return {
    title: 'Cost by the size of the batch',
    about: `Batches as above, each size on a new Temporal server; all but the second column is relative to ${count(first.servers)} servers. The bare engine is measured up to ${count(mostBare)} servers, because Temporal itself changes with what it has to keep.
Processor time is that of Temporal, the worker, the account and the client together: unlike the rate, it hardly depends on what else the machine does.`,
    tables: [
      {
        columns: [
          'servers',
          'smc-batch / bare engine',
          'rate: smc-batch',
          'bare engine',
          'processor time a server: smc-batch',
          'bare engine',
        ],
        rows: rounds.map(({ servers, ours, bare }) => [
          count(servers),
          bare ? fixed(ours.perSecond / bare.perSecond) : '',
          fixed(ours.perSecond / first.ours.perSecond),
          bare && first.bare ? fixed(bare.perSecond / first.bare.perSecond) : '',
          fixed(cpuOf(ours) / cpuOf(first.ours)),
          bare && first.bare ? fixed(cpuOf(bare) / cpuOf(first.bare)) : '',
        ]),
      },
    ],
    verdicts: [
      {
        claim: `a server of ${count(last.servers)} takes at most ${linearBar} times the processor time of one of ${count(first.servers)}: ${fixed(growth)}`,
        isMet: growth <= linearBar,
      },
    ],
  };
}

const cpuOf = ({ cpu }: Measured) => sum(Object.values(cpu).map((ms) => ms ?? 0));

async function measure(stage: Stage, sizes: number[]): Promise<Round[]> {
  const warmUp = 100;
  const bare = await startBareEngine(stage);
  const all = warmUp + sum(sizes);
  const account = await stage.account({
    servers: Array.from({ length: all }, (_, i) => ({ name: `server-${i + 1}` })),
    jobsQuota: window,
    runningQuota: window,
    jobSeconds: 0,
    deletingSeconds: 0,
  });
  const worker = await stage.worker(account, pollSeconds);
  let done = 0;
  const ours = async (servers: number) => {
    const plan = planFor(`overhead-${done}-${servers}`, account, { from: done, count: servers });
    done += servers;
    return timed(servers, worker.pid, () => runBatch(stage, plan, account));
  };
  const engine = (servers: number) => timed(servers, bare.pid, () => bare.run(servers, window));
  await engine(warmUp);
  await ours(warmUp);
  const rounds: Round[] = [];
  for (const servers of sizes) {
    const round: Round = {
      servers,
      bare: servers > mostBare ? undefined : await engine(servers),
      ours: await ours(servers),
    };
    const [a, b] = [round.ours.perSecond, round.bare?.perSecond];
    const beside = b === undefined ? '' : `, bare ${fixed(b, 1)}, ratio ${fixed(a / b)}`;
    stage.say(`overhead: ${servers} servers: ${fixed(a, 1)} a second${beside}`);
    rounds.push(round);
  }
  return rounds;
}

async function timed(servers: number, worker: number, run: () => Promise<number>): Promise<Measured> {
  const temporal = childNamed('temporal');
  const pids = { temporal, worker, account: process.pid };
  const use = () => Object.fromEntries(Object.entries(pids).map(([who, pid]) => [who, pid && cpuMsOf(pid)]));
  const before = use();
  const ms = await run();
  const after = use();
  const cpu = Object.fromEntries(
    Object.keys(pids).map((who) => {
      const [from, to] = [before[who], after[who]];
      return [who, from === undefined || to === undefined ? undefined : (to - from) / servers];
    }),
  );
  return { perSecond: (servers * 1000) / ms, cpu };
}

function table(rounds: Round[]) {
  const cpu = (who: keyof Measured['cpu'], { cpu: used }: Measured, base: Measured) => {
    const whole = cpuOf(base);
    const ms = used[who];
    return ms === undefined || whole === 0 ? '' : fixed(ms / whole);
  };
  return {
    columns: [
      'servers',
      'by',
      'rate, bare = 1',
      'processor time, bare = 1: Temporal',
      'worker',
      'account, client',
    ],
    rows: rounds.flatMap(({ servers, ours, bare = ours }) =>
      [['smc-batch', ours] as const, ['bare engine', bare] as const].map(([by, measured]) => [
        count(servers),
        by,
        fixed(measured.perSecond / bare.perSecond),
        cpu('temporal', measured, bare),
        cpu('worker', measured, bare),
        cpu('account', measured, bare),
      ]),
    ),
  };
}
