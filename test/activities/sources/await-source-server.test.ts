import { aWorkbench, closeAll, creationFor, failureOf, letPass, ourJob } from '../a-workbench';

afterEach(closeAll);

const noSource = { operation: 'DescribeSourceServers', body: 'empty' } as const;
const noJob = { operation: 'DescribeReplicationJobs', body: 'empty' } as const;

async function waiting(faults: object) {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  const { batch, server, sourceId } = creationFor(bench);
  bench.breakThings(faults);
  const done = bench.run('awaitSourceServer', { batch, server, sourceId, jobId, round: 1 });
  let ended = false;
  const end = done.then(
    () => {
      ended = true;
    },
    () => {
      ended = true;
    },
  );
  await bench.looked();
  return { bench, done, end, hasEnded: () => ended };
}

test('a source that one look does not list is waited for, and the batch hears why', async () => {
  const { bench, done, hasEnded } = await waiting({ calls: [{ ...noSource, times: 2 }] });
  expect([hasEnded(), bench.told]).toEqual([
    false,
    [
      expect.objectContaining({
        args: [
          expect.objectContaining({ error: expect.objectContaining({ code: 'SourceServer.NotFound' }) }),
        ],
      }),
    ],
  ]);
  await done;
});

test('a source that is not listed for long, while its job is, has been taken out of the account', async () => {
  const { bench, done } = await waiting({ calls: [noSource] });
  await bench.looked();
  letPass(61);
  expect(await failureOf(done)).toMatchObject({ type: 'SourceServer.NotFound', isRetried: false });
});

test('a worker that sees neither the source nor its job waits on', async () => {
  const { bench, done, hasEnded } = await waiting({ calls: [noSource, noJob] });
  await bench.looked();
  letPass(61);
  await bench.looked();
  expect(hasEnded()).toBe(false);
  bench.breakThings({});
  await done;
});
