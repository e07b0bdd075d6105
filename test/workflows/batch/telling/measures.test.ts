import { ServerIndex } from '../../../../workflows/batch/servers/server-index';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import { batchOf } from '../../../../workflows/batch/state';
import { takeReport } from '../../../../workflows/batch/take-report';
import { measuresOf } from '../../../../workflows/batch/telling/measures';
import type { Measure } from '../../../../workflows/contract/figures/measures';
import type { ServerReport } from '../../../../workflows/contract/server-messages';
import { aBatch, aPlan } from '../a-batch';

/** What a batch measures of one server that migrates from 0 s on, for these reports at these seconds. */
function measured(reports: [seconds: number, report: object][]): Measure[] {
  const migrating: ServerRecord = { phase: 'migrating', round: 1, startedAt: 1, starts: 1, runId: 'r' };
  const measures: Measure[] = [];
  const { state } = aBatch(aPlan(['web']), { web: migrating });
  const batch = batchOf(state, (before, after) => measures.push(...measuresOf(before, after)));
  for (const [seconds, report] of reports)
    takeReport(batch, { server: 'web', round: 1, ...report } as ServerReport, 1 + seconds * 1000);
  return measures;
}
const stopped = { kind: 'stoppedRunning', start: 1, jobId: 'j-1', end: 'Finished' };
const ended = { kind: 'ended', result: { outcome: 'migrated', jobId: 'j-1', imageId: 'm-1' } };

test('a server that is migrated counts once, with the time of its job and of its clean-up', () => {
  expect(
    measured([
      [100, stopped],
      [100, stopped],
      [130, ended],
      [131, ended],
    ]),
  ).toEqual([
    { kind: 'stage', stage: 'migration', seconds: 100 },
    { kind: 'end', outcome: 'migrated' },
    { kind: 'stage', stage: 'cleanUp', seconds: 30 },
    { kind: 'stage', stage: 'whole', seconds: 130 },
  ]);
});

test('a job that breaks counts with its code, whether it is started again or not', () => {
  const error = { code: 'InternalError', message: 'broken', remedy: 'retry' };
  const broken = { ...stopped, end: 'InError', error };
  expect(measured([[10, { ...broken, startsAgainInSeconds: 60 }]])).toEqual([
    { kind: 'break', code: 'InternalError' },
  ]);
  expect(measured([[10, broken]])[0]).toEqual({ kind: 'break', code: 'InternalError' });
});

test('a server that ends without a job counts, and one that an earlier run has migrated does not', () => {
  const waiting: ServerRecord = { phase: 'waiting', round: 0 };
  const failed: ServerRecord = {
    phase: 'failed',
    round: 0,
    endedAt: 5,
    error: { code: 'InvalidSourceId.NotFound', message: 'no such source', remedy: 'look' },
  };
  expect(measuresOf(waiting, failed)).toEqual([{ kind: 'end', outcome: 'failed' }]);
  expect(measuresOf(waiting, { phase: 'migrated', round: 0, endedAt: 5, earlier: true })).toEqual([]);
});

test('an index without a listener changes records as before', () => {
  const { state } = aBatch(aPlan(['web']));
  const index = new ServerIndex(state);
  index.set('web', { phase: 'cancelled', round: 0, endedAt: 1 });
  expect(index.counts.cancelled).toBe(1);
});
