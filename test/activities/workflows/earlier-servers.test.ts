import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { earlierServers, namesake } from '../../../activities/workflows/earlier-servers';
import type { ServerResult } from '../../../workflows/contract/server-messages';

interface Ran {
  server: string;
  status?: 'RUNNING' | 'COMPLETED';
  /** What the list of Temporal says, where it is late. */
  listed?: 'RUNNING';
  minutesAgo?: number;
  /** Minutes from its start to its end. */
  took?: number;
  phase?: string;
  memo?: object;
  result?: ServerResult;
  standing?: object;
}

/** A Temporal with these workflows of servers; `asked` are those whose history was read for their result. */
function aTemporal(ran: Ran[]) {
  const asked: string[] = [];
  const infos = ran.map(
    ({ server, status = 'COMPLETED', minutesAgo = 60, took = 30, phase, memo = {} }, i) =>
      ({
        workflowId: `smc-server:dc1/${server}`,
        runId: `run-${i}`,
        status: { name: status },
        closeTime: status === 'COMPLETED' ? new Date(Date.now() - minutesAgo * 60_000) : undefined,
        startTime: new Date(Date.now() - (minutesAgo + took) * 60_000),
        memo,
        typedSearchAttributes: { get: () => phase },
      }) as unknown as WorkflowExecutionInfo,
  );
  const client = {
    withDeadline: (_: number, work: () => unknown) => work(),
    workflow: {
      async *list({ query }: { query: string }) {
        const wanted = query.includes("'Running'") ? 'RUNNING' : 'COMPLETED';
        for (const [i, info] of infos.entries())
          if ((ran[i]!.listed ?? info.status.name) === wanted) yield info;
      },
      getHandle: (workflowId: string, runId?: string) => {
        const i = infos.findLastIndex((info) =>
          runId ? info.runId === runId : info.workflowId === workflowId,
        );
        const { server, standing, result } = ran[i]!;
        return {
          describe: async () => infos[i],
          result: async () => {
            asked.push(server);
            return result;
          },
          query: async () => {
            if (!standing) throw new Error('no worker');
            return standing;
          },
        };
      },
    },
  } as unknown as Client;
  return { client, asked };
}

/** By which job, and when: the times of Temporal. */
const made = { jobId: 'j-1', startedAt: expect.any(Number), endedAt: expect.any(Number) };
const migrated = (imageId: string): ServerResult => ({ outcome: 'migrated', jobId: 'j-1', imageId });
const servers = [
  { name: 'web', sourceId: 's-1' },
  { name: 'db', sourceId: undefined },
];

test('running workflows of servers are asked for their standing, and one without an answer counts as running', async () => {
  const standing = { phase: 'synced', jobId: 'j-1' };
  const { client } = aTemporal([
    { server: 'web', status: 'RUNNING', memo: { sourceId: 's-1' }, standing },
    { server: 'db', status: 'RUNNING' },
    { server: 'renamed', status: 'RUNNING', memo: { sourceId: 's-1' } },
    { server: 'of-no-plan', status: 'RUNNING', memo: { sourceId: 's-9' } },
  ]);
  expect((await earlierServers(client, { batch: 'dc1', servers })).running).toEqual([
    { server: 'web', sourceId: 's-1', standing },
    { server: 'db' },
    { server: 'renamed', sourceId: 's-1' },
  ]);
});

test('migrations that have just ended, or from another source, are given, newest first; for all others the ledger counts', async () => {
  const { client, asked } = aTemporal([
    { server: 'web', memo: { sourceId: 's-1' }, result: migrated('m-old') },
    { server: 'web', minutesAgo: 1, memo: { sourceId: 's-1' }, result: migrated('m-1') },
    { server: 'web', minutesAgo: 90, memo: { sourceId: 's-0' }, result: migrated('m-0') },
    { server: 'db', memo: { sourceId: 's-2', sourceName: 'db-src' }, result: migrated('m-2') },
    { server: 'db', minutesAgo: 70, result: { outcome: 'cancelled' } },
  ]);
  expect((await earlierServers(client, { batch: 'dc1', servers })).migrations).toEqual([
    { server: 'web', sourceId: 's-1', image: 'm-1', isRecent: true, ...made },
    { server: 'db', sourceId: 's-2', sourceName: 'db-src', image: 'm-2', ...made },
    { server: 'web', sourceId: 's-0', image: 'm-0', ...made },
  ]);
  // A batch of ten thousand servers must not cost ten thousand reads.
  expect(asked.sort()).toEqual(['db', 'db', 'web', 'web']);
});

test('one that has ended while the list still shows it at work is known by its end', async () => {
  const { client } = aTemporal([
    { server: 'web', listed: 'RUNNING', minutesAgo: 0, memo: { sourceId: 's-1' }, result: migrated('m-1') },
  ]);
  expect(await earlierServers(client, { batch: 'dc1', servers })).toEqual({
    running: [],
    migrations: [{ server: 'web', sourceId: 's-1', image: 'm-1', isRecent: true, ...made }],
  });
});

test('how long servers of the plan took is told of those that were migrated', async () => {
  const { client } = aTemporal([
    { server: 'web', took: 45, phase: 'migrated', memo: { sourceId: 's-1' }, result: migrated('m-1') },
    { server: 'db', took: 20, phase: 'failed' },
    { server: 'of-no-plan', took: 99, phase: 'migrated' },
  ]);
  const { took } = await earlierServers(client, { batch: 'dc1', servers });
  expect(took).toEqual([{ server: 'web', seconds: expect.closeTo(2_700, 0) }]);
});

test('who runs under a name is found by that name, also before Temporal lists it', async () => {
  const standing = { phase: 'migrating', sourceId: 's-1', startedAt: 5, starts: 1 };
  const memo = { sourceId: 's-1' };
  const { client } = aTemporal([
    { server: 'web', minutesAgo: 1 },
    { server: 'web', status: 'RUNNING', memo, standing },
    { server: 'app', minutesAgo: 1 },
  ]);
  const web = { server: 'web', sourceId: 's-1', standing };
  expect(await namesake(client, { batch: 'dc1', server: 'web' })).toEqual(web);
  expect(await namesake(client, { batch: 'dc1', server: 'app' })).toBeUndefined();
});
