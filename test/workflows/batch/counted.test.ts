import { changeAnswer } from '../../../workflows/batch/orders/plan-change';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import { announceEnd, announceEvents } from '../../../workflows/batch/telling/announce';
import { batchProgress } from '../../../workflows/batch/views/progress';
import { batchDetails } from '../../../workflows/batch/views/temporal-ui';
import { aBatch, aPlan } from './a-batch';

const error = { code: 'InternalError', message: 'broken', remedy: 'Retry it.' };
const left = (jobId: string): ServerRecord => ({
  phase: 'failed',
  round: 1,
  endedAt: 1,
  error,
  leftover: { jobId, why: 'keptByPolicy' },
});
const batchWith = (count: number) =>
  aBatch(aPlan(['web', 'db', 'app'], { stopAfterSameError: count }), {
    web: left('j-1'),
    ...(count > 1 && { db: left('j-2') }),
  });
const journalOf = (count: number, tell: typeof announceEnd) => {
  const batch = batchWith(count);
  tell(batch, 2);
  return batch.state.journal.map(({ what }) => what).join();
};
const added = (names: string[]) =>
  changeAnswer({ added: names, removed: [], changed: [], settings: [], refused: [], notes: [] });

test.each<[string, (count: number) => string | undefined, string, string]>([
  [
    'of failures with one code',
    (count) => batchProgress(batchWith(count), 2).waiting,
    '1 server has failed with InternalError',
    '2 servers have failed with InternalError',
  ],
  [
    'of new failures',
    (count) => journalOf(count, announceEvents),
    '1 more server has failed, 1 in all',
    '2 more servers have failed, 2 in all',
  ],
  [
    'of jobs left at the end',
    (count) => journalOf(count, announceEnd),
    '1 job left, billed until it is deleted',
    '2 jobs left, billed until they are deleted',
  ],
  [
    'of jobs left in the Temporal UI',
    (count) => batchDetails(batchProgress(batchWith(count), 2)),
    '1 job was left in the account: its intermediate instance is billed until it is deleted',
    '2 jobs were left in the account: their intermediate instances are billed until they are deleted',
  ],
  [
    'of servers added to the plan',
    (count) => added(count === 1 ? ['web'] : ['web', 'db']),
    '1 server added',
    '2 servers added',
  ],
])('the number %s agrees with its noun and verb', (_, said, one, two) => {
  expect(said(1)).toContain(one);
  expect(said(2)).toContain(two);
});
