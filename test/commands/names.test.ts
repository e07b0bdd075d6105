import { wantedName } from '../../src/actions/machine/names';
import { program } from '../../src/program';

test.each([
  ['status', { kind: 'batch', running: false }],
  ['pause', { kind: 'batch', running: true }],
  ['pause --yes', { kind: 'batch', running: true }],
  ['pause dc1', { kind: 'server', batch: 'dc1' }],
  ['pause dc1 web-01', { kind: 'server', batch: 'dc1' }],
  ['pause dc1 --wave', { kind: 'wave', batch: 'dc1' }],
  ['pause dc1 --wave web', { kind: 'wave', batch: 'dc1' }],
  ['retry dc1', { kind: 'server', batch: 'dc1', phases: ['failed', 'cancelled'] }],
  ['skip dc1 web-01', { kind: 'server', batch: 'dc1', phases: ['waiting', 'failed', 'cancelled'] }],
  ['cutover dc1', { kind: 'server', batch: 'dc1', phases: ['synced'] }],
  ['pause --wave', undefined],
  ['approve dc1', { kind: 'wave', batch: 'dc1' }],
  ['approve dc1 web', undefined],
  ['explain -o json dc1', { kind: 'server', batch: 'dc1' }],
  ['explain -o json -- -dc1', { kind: 'server', batch: '-dc1' }],
  ['limits dc1 --max-concurrent', undefined],
  ['apply', undefined],
  ['nonsense dc1', undefined],
  ['', undefined],
] as const)('after `%s` comes %j', (typed, wanted) => {
  expect(wantedName(typed.split(' ').filter(Boolean), program())).toEqual(wanted);
});
