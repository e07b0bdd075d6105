import pc from 'picocolors';
import { textReport } from '../../src/report';
import { estimatedCleanUp, estimatedSeconds, nothingMeasured } from '../../workflows/batch/servers/estimate';
import type { ServerRecord } from '../../workflows/batch/servers/server-record';
import { serverView } from '../../workflows/batch/views/server-view';
import { aPlan, aBatch as aRunningBatch } from '../workflows/batch/a-batch';
import { aBatch, aServer } from './a-batch';

const start = Date.parse('2026-03-02T05:00:00Z');
const minute = 60_000;
/** Just what was expected. */
const hasMeasured = nothingMeasured();

/** A batch of these servers, of 40 GiB each, with their records. */
const servers = (records: Record<string, ServerRecord>) =>
  aRunningBatch(
    aPlan([...Object.keys(records), 'waiting-01']),
    Object.fromEntries(Object.entries(records).map(([name, record]) => [name, { ...record, diskGiB: 40 }])),
    { measured: hasMeasured },
  );

test('a server that migrates is estimated by its size and by what has been measured', () => {
  const batch = servers({ 'web-01': { phase: 'migrating', round: 1, startedAt: start } });
  expect(serverView(batch, 'web-01', start).estimatedEnd).toBe(
    start + Math.round((estimatedSeconds(40, hasMeasured) + estimatedCleanUp(hasMeasured)) * 1000),
  );
});

test('other servers have no estimate', () => {
  const batch = servers({
    'web-01': { phase: 'recovering', round: 1, startedAt: start, jobId: 'j-1' },
    'web-02': { phase: 'migrated', round: 1, startedAt: start, endedAt: start + minute, jobId: 'j-2' },
  });
  for (const name of ['web-01', 'web-02', 'waiting-01'])
    expect(serverView(batch, name, start + minute).estimatedEnd).toBeUndefined();
});

const migrating = (server: string, estimatedEnd: number) =>
  aServer({ server, phase: 'migrating', endedAt: undefined, imageId: undefined, estimatedEnd });

test('status says when a server ends, until that time is past', () => {
  const source = aBatch([aServer(), migrating('web-02', 0), migrating('web-03', 0)]);
  const now = source.generatedAt.getTime();
  source.servers[1]!.estimatedEnd = now + 25 * minute;
  source.servers[2]!.estimatedEnd = now - minute;
  const [header, ...rows] = textReport(source, pc.createColors(false)).slice(0, 4);
  const at = header!.indexOf('ends about');
  expect(rows.map((row) => /\d\d:\d\d, in 25 min/.test(row.slice(at)))).toEqual([false, true, false]);
});

test('the column of estimates is there once a server has one', () => {
  expect(textReport(aBatch([aServer()]), pc.createColors(false))[0]).not.toContain('ends about');
});

test('a batch that has ended takes no retry: the remedy of a failure is to apply the plan again', () => {
  const failed = (remedy: string): ServerRecord => ({
    phase: 'failed',
    round: 1,
    endedAt: start,
    error: { code: 'X', message: 'x', remedy },
  });
  const shown = (stage: 'running' | 'ended', remedy: string) => {
    const batch = aRunningBatch(aPlan(['web-01']), { 'web-01': failed(remedy) }, { stage });
    return serverView(batch, 'web-01', start).error?.remedy;
  };
  const remedy = 'Remove the cause, then retry the server.';
  expect(shown('running', remedy)).toBe(remedy);
  expect(shown('ended', remedy)).toBe('Remove the cause, then apply the plan again.');
  const byName = 'To migrate it again, retry the server by its name.';
  expect(shown('ended', byName)).toBe(byName);
});
