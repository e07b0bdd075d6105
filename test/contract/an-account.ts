import type { SimulatorOptions } from '../../src/simulator';
import {
  canonicalQuery,
  createSmcClient,
  createTransport,
  type Operation,
  type SignatureKind,
  type SmcClient,
  SmcError,
  toWireParams,
} from '../../src/smc';
import { aSimulator, closeAll as closeSimulators, send, signed } from '../simulator/harness';

const clients: SmcClient[] = [];

/** Ends everything a test has started. */
export async function closeAll(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await closeSimulators();
}

export const region = 'cn-hangzhou';
export const incremental = { runOnce: false, frequency: 12, maxNumberOfImageToKeep: 2 };

const sources = [
  {
    sourceId: 's-web',
    name: 'web',
    systemDiskGiB: 40,
    usedGiB: 25,
    dataDisks: [
      { sizeGiB: 100, usedGiB: 10 },
      { sizeGiB: 50, usedGiB: 5 },
    ],
  },
  { sourceId: 's-app', name: 'app' },
  { sourceId: 's-win', name: 'win', os: 'windows' as const },
];

/** A simulated account with the sources s-web, s-app and s-win, its clock still, and a client over HTTP. */
export async function anAccount(options: SimulatorOptions = {}, signature: SignatureKind = '1.0') {
  const simulator = await aSimulator({ servers: sources, jobSeconds: 1000, ...options });
  const { account, endpoint } = simulator;
  const smc = createSmcClient(
    createTransport({ endpoint, signature, credentials: async () => account.options.credentials }),
  );
  clients.push(smc);
  /** Creates a job for s-web, or as given. */
  const create = async (more: object = {}) =>
    (await smc.createReplicationJob({ regionId: region, sourceId: 's-web', ...more })).jobId;
  const start = async (more: object = {}) => {
    const jobId = await create(more);
    await smc.startReplicationJob({ jobId });
    return jobId;
  };
  return {
    simulator,
    account,
    smc,
    create,
    /** Creates a job and starts it. */
    start,
    /** A job that syncs. */
    sync: async (more: object = {}) => {
      const jobId = await start(more);
      account.skip(300);
      return jobId;
    },
    /** An incremental job between two runs. */
    wait: async (more: object = {}) => {
      const jobId = await start({ ...incremental, ...more });
      account.skip(1000);
      return jobId;
    },
    job: async (jobId: string) => (await smc.describeReplicationJobs({ jobIds: [jobId] })).replicationJobs[0],
    source: async (sourceId = 's-web') =>
      (await smc.describeSourceServers({ sourceIds: [sourceId] })).sourceServers[0],
    /** The same request past the client's own rules: signed and sent as it is. */
    raw: async (Action: Operation, request: object) => {
      const query = canonicalQuery(signed('GET', { Action, ...toWireParams(request) }));
      const { status, body } = await send(endpoint, { path: `/?${query}` });
      return { httpStatus: status, ...JSON.parse(body) };
    },
    skipDays: (days: number) => account.skip(days * 86_400),
  };
}

export type Account = Awaited<ReturnType<typeof anAccount>>;

/** A rule of the API: what happens, in the account's own words, when something is done. */
export interface Rule {
  rule: string;
  account?: SimulatorOptions;
  when: (account: Account) => Promise<unknown>;
  /** What `when` gives; or the code it was refused with. */
  gives: unknown;
}

/** One test for each rule and each kind of signature, over HTTP. */
export function holdRules(title: string, rules: Rule[]): void {
  describe.each<SignatureKind>(['1.0', 'v3'])(`${title}, signed with %s`, (signature) => {
    afterEach(closeAll);
    test.each(rules.map(({ rule, ...rest }) => [rule, rest] as const))('%s', async (_, rule) => {
      expect(await outcomeOf(rule.when(await anAccount(rule.account, signature)))).toEqual(rule.gives);
    });
  });
}

/** What the work gives, or the code it was refused with. */
export async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SmcError) return error.code;
    throw error;
  }
}

/** A UTC time so many days from now, to the second. */
export const inDays = (days: number) =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;

export const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
