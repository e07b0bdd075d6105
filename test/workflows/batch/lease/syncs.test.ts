import { takeSync } from '../../../../workflows/batch/lease/syncs';

const minute = 60_000;
test.each([
  ['runs', { runs: true }, true],
  ['is due in an hour', { runs: false, dueAt: 60 * minute }, false],
  ['is due within the time any job takes', { runs: false, dueAt: 5 * minute }, true],
  ['is due and not seen yet', { runs: false, dueAt: -minute }, true],
  ['has been seen not to run, and nobody knows when it will', { runs: false }, false],
])('a sync that %s has a running slot: %j %s', (_, seen, holdsSlot) => {
  expect(takeSync(seen, 0)).toMatchObject({ holdsSlot });
});
