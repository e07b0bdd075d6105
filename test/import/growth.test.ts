import { matchRows } from '../../src/import';
import type { SourceFacts } from '../../src/inventory';
import type { ImportRow, PlanProblem } from '../../src/plan';

/** Counts how often a source is looked at. */
function looksFor(rows: number): number {
  let looks = 0;
  const counted = <T extends object>(value: T): T =>
    new Proxy(value, {
      get(target, field) {
        looks++;
        return Reflect.get(target, field);
      },
    });
  const sources = Array.from({ length: rows }, (_, i) =>
    counted<SourceFacts>({
      sourceId: `s-${i}`,
      name: `server-${i}`,
      hostName: `server-${i}.corp.example`,
      addresses: [`10.0.${i >> 8}.${i & 255}`],
      state: 'Available',
      isWindows: false,
      systemDisk: {},
      dataDisks: [],
    }),
  );
  const wanted = Array.from(
    { length: rows },
    (_, at): ImportRow => ({
      at,
      line: at + 2,
      name: `server-${at}`,
      fields: {},
      wanted: {
        names: [`Server-${at}`],
        hostNames: [`server-${at}`],
        addresses: [`10.0.${at >> 8}.${at & 255}`],
      },
    }),
  );
  const { matched } = matchRows({ rows: wanted, problemOf: () => ({}) as PlanProblem }, sources);
  expect(matched).toHaveLength(rows);
  return looks;
}

test('ten thousand rows cost ten times the looks of a thousand', () => {
  expect(looksFor(10_000) / looksFor(1_000)).toBeLessThan(10.5);
});
