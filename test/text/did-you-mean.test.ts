import { didYouMean, nearestName } from '../../src/text';

const servers = ['web-05', 'web-10', 'web-01', 'db-01', 'Files_03'];

test.each([
  ['web-1', 'web-01'],
  ['web01', 'web-01'],
  ['wbe-10', 'web-10'],
  ['DB-01', 'db-01'],
  ['files-03', 'Files_03'],
  ['mail', undefined],
  ['', undefined],
])('who types %j most likely means %j', (typed, meant) => {
  expect(didYouMean(typed, servers)).toBe(meant);
});

test('behind a name that is not there comes the nearest one, or nothing', () => {
  expect(nearestName('web-1', servers)).toBe(" (did you mean 'web-01'?)");
  expect(nearestName('mail', servers)).toBe('');
});
