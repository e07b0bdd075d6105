import { batchReportSchema, buildBatchReport } from '../../src/report';
import { aBatch, aBatchOfEverything, aLargeBatch, aServer, asItWas, noPermission } from './a-batch';

test('failures of one code are one group, with the remedy most of them have', () => {
  const { failures } = buildBatchReport(aBatchOfEverything());
  expect(
    failures.map(({ code, remedy, servers }) => [code, remedy, servers.map(({ server }) => server)]),
  ).toEqual([
    ['Forbidden.RAM', 'Give the RAM user AliyunSMCFullAccess.', ['app-01', 'app-02']],
    ['InError', 'Free space on the source.', ['db-01']],
  ]);
  expect(failures[0]!.servers.map(({ remedy }) => remedy)).toEqual([
    undefined,
    'Ask for the key to be unlocked.',
  ]);
});

test('a job that stays in the account is listed with why', () => {
  expect(buildBatchReport(aBatchOfEverything()).leftovers).toEqual([
    {
      server: 'db-01',
      jobId: 'j-bp1db01',
      why: 'keptByPolicy',
      meaning: 'the plan keeps the job of a failed server (onFailure: keepJob)',
      instanceHours: 6.33,
    },
  ]);
});

test('one note about many servers is said once', () => {
  const note = 'already migrated by batch dc1';
  const { notes } = buildBatchReport(
    aBatch([aServer({ server: 'a', note }), aServer({ server: 'b', note })]),
  );
  expect(notes).toEqual([{ note, servers: ['a', 'b'] }]);
});

test('wall time and servers at once come from the times of the servers', () => {
  const { summary } = buildBatchReport(
    aBatch([
      aServer({ took: 30 }),
      aServer({ server: 'web-02', from: 20, took: 40 }),
      aServer({ server: 'web-03', from: 60, took: 30 }),
    ]),
  );
  expect(summary).toMatchObject({
    endedAt: '2026-03-01T23:30:00.000Z',
    wallSeconds: 5_400,
    // One ends in the moment the next begins: they were never three.
    underWay: { peak: 2, average: 1.1, slots: 50 },
    serverSeconds: { median: 1_800, longest: 2_400 },
  });
});

test('a batch under way is reported so far', () => {
  const report = buildBatchReport(asItWas(aLargeBatch(60, 20), Date.parse('2026-03-01T22:30:00Z')));
  expect(report).toMatchObject({ soFar: true, status: 'running', summary: { wallSeconds: 1_800 } });
  expect(report.summary.endedAt).toBeUndefined();
  expect(report.summary.waves.map(({ endedAt }) => endedAt)).toEqual([undefined, undefined, undefined]);
  expect(batchReportSchema.safeParse(report).success).toBe(true);
});

test('a server that tries again after an error has not failed', () => {
  const report = buildBatchReport(
    aBatch([aServer({ phase: 'recovering', endedAt: undefined, error: noPermission })]),
  );
  expect(report.failures).toEqual([]);
  expect(report.servers[0]?.error?.code).toBe('Forbidden.RAM');
});

test('a batch that Temporal ended is called what it is', () => {
  const source = asItWas(aLargeBatch(60, 20), Date.parse('2026-03-01T22:30:00Z'));
  expect(buildBatchReport({ ...source, cutShort: 'terminated' })).toMatchObject({
    soFar: true,
    status: 'terminated',
  });
});

test('a batch whose servers were all done before has a report too', () => {
  const skipped = aServer({ phase: 'skipped', startedAt: undefined, jobId: undefined });
  expect(buildBatchReport(aBatch([skipped])).summary).toMatchObject({
    counts: { skipped: 1 },
    underWay: { peak: 0, average: 0 },
  });
});

test('what earlier runs of the batch have migrated counts as done, and not in the times of this run', () => {
  const at = (minutes: number) => Date.parse('2026-03-01T22:00:00Z') + minutes * 60_000;
  const before = aServer({ server: 'before', earlier: true, startedAt: at(-50), endedAt: at(-40) });
  const now = aServer({ server: 'now', startedAt: at(0), endedAt: at(30) });
  const source = aBatch([before, now]);
  const report = buildBatchReport({ ...source, progress: { ...source.progress, earlier: 1 } });
  expect(report.summary).toMatchObject({
    counts: { migrated: 2 },
    earlier: 1,
    underWay: { peak: 1 },
    wallSeconds: 30 * 60,
  });
  expect(report.servers[0]).toMatchObject({ earlier: true, seconds: 600 });
});
