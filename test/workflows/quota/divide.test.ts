import fc from 'fast-check';
import { divideFairly } from '../../../workflows/quota/divide';

const claim = (demand: number, priority = 0) => ({ demand, priority });

test.each([
  [
    'equal claims share evenly, what does not divide goes to the larger ones',
    10,
    [claim(50), claim(50), claim(50)],
    [3, 3, 4],
  ],
  ['who wants little gets it, the others share the rest', 10, [claim(50), claim(2), claim(50)], [4, 2, 4]],
  ['nobody gets more than it asked for', 100, [claim(5), claim(7)], [5, 7]],
  ['a higher priority is served first', 10, [claim(8), claim(50, 1)], [0, 10]],
  [
    'what a higher priority leaves goes to the lower ones',
    10,
    [claim(50), claim(4, 1), claim(50)],
    [3, 4, 3],
  ],
  ['with nothing to divide nobody gets anything', 0, [claim(5)], [0]],
  ['more used than there is divides as nothing', -3, [claim(5), claim(5)], [0, 0]],
])('%s', (_, available, claims, shares) => {
  expect(divideFairly(available, claims)).toEqual(shares);
});

test('each slot is given once, and all are given while a claim wants more', () => {
  const claims = fc.array(fc.record({ demand: fc.nat(60), priority: fc.nat(2) }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(120), claims, (available, all) => {
      const shares = divideFairly(available, all);
      const given = shares.reduce((sum, share) => sum + share, 0);
      const wanted = all.reduce((sum, { demand }) => sum + demand, 0);
      expect(given).toBe(Math.min(available, wanted));
      for (const [i, share] of shares.entries()) expect(share).toBeLessThanOrEqual(all[i]!.demand);
      // Max-min fair: within a priority, whoever is short has no less than another, but for one slot of rounding.
      all.forEach((a, i) => {
        if (shares[i]! === a.demand) return;
        all.forEach((b, j) => {
          if (a.priority === b.priority) expect(shares[j]!).toBeLessThanOrEqual(shares[i]! + 1);
        });
      });
    }),
  );
});
