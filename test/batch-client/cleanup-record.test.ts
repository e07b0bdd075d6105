import { progressAfterCleanup, withDeletions } from '../../src/batch-client/cleanup-record';
import { aBatch, aServer } from '../report/a-batch';

const kept = (server: string) =>
  aServer({ server, phase: 'failed', leftover: { jobId: `j-${server}`, why: 'keptByPolicy' } });
const servers = [kept('db-01'), kept('db-02'), aServer()];
const deleted = new Map([
  ['j-db-02', 500],
  ['j-stray', 600],
]);

test('a left job that cleanup has deleted has the time of it; the others have none', async () => {
  const seen = await withDeletions(servers, async () => deleted);
  expect(seen.map(({ leftover }) => leftover?.deletedAt)).toEqual([undefined, 500, undefined]);
});

test('where no job was left nothing is read', async () => {
  const read = jest.fn(async () => deleted);
  await withDeletions([aServer()], read);
  expect(read).not.toHaveBeenCalled();
});

const slots = { held: { existing: 9, running: 0 }, cap: { existing: 9, running: 9 } };
const progress = aBatch(servers, {
  leftovers: 2,
  strayJobs: 1,
  slots: { ...slots, inUse: { existing: 3, running: 0 } },
}).progress;

test.each([
  ['that has ended counts neither the left jobs nor the strays that were deleted since', 400, [1, 0, 1]],
  ['that has ended counts a stray on which was there at its end', 700, [1, 1, 2]],
  ['that runs counts its strays itself', undefined, [1, 1, 2]],
])('a batch %s', async (_, endedAt, expected) => {
  const seen = await withDeletions(servers, async () => deleted);
  const now = progressAfterCleanup(progress, { servers: seen, deleted, endedAt });
  expect([now.leftovers, now.strayJobs, now.slots.inUse.existing]).toEqual(expected);
});
