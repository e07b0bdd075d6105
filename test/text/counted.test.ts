import { counted } from '../../src/text';

test.each([
  [0, '0 servers'],
  [1, '1 server'],
  [999, '999 servers'],
  [1_000, '1,000 servers'],
  [1_234_567, '1,234,567 servers'],
])('%i of them are said as %s', (count, said) => {
  expect(counted(count, 'server')).toBe(said);
});
