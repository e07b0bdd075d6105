import { type CostQuantities, type Prices, pricedCosts } from '../../src/costs';
import { costLines } from '../../src/report';
import { reportCosts } from '../../src/report/report-costs';
import { aServer, noPermission } from '../report/a-batch';

const used: CostQuantities = {
  waves: [
    { name: 'canary', instanceHours: 2 },
    { name: 'web', instanceHours: 10.4 },
  ],
  leftoverInstanceHours: 6,
  snapshotGiB: 400,
  publicTrafficGiB: 300,
  vpcTrafficGiB: 100,
};
const prices: Prices = { currency: 'CNY', instanceHour: 0.5, snapshotGiBMonth: 0.1, publicTrafficGiB: 0.8 };

test.each<[string, Prices | undefined, object | undefined]>([
  ['nothing without prices', undefined, undefined],
  [
    'instances with those of jobs left, traffic, and snapshots for each month',
    prices,
    { currency: 'CNY', instances: 9.2, leftovers: 3, publicTraffic: 240, snapshotsAMonth: 40, once: 249.2 },
  ],
  [
    'what has a price',
    { currency: 'USD', instanceHour: 1 },
    { currency: 'USD', instances: 18.4, leftovers: 6, once: 18.4 },
  ],
])('of the quantities are priced: %s', (_, given, priced) => {
  const costs = pricedCosts(used, given);
  expect(costs).toMatchObject({ instanceHours: 18.4, snapshotGiB: 400 });
  expect(costs.priced).toEqual(priced);
});

test('the table has a row each thing, and fits into 80 columns', () => {
  const lines = costLines(pricedCosts(used, prices));
  expect(lines).toEqual([
    'costs                    quantity           price',
    'intermediate instances   18 instance-hours  CNY 9.20',
    '  wave canary            2 instance-hours',
    '  wave web               10 instance-hours',
    '  jobs left              6 instance-hours   CNY 3.00',
    'snapshots of the images  up to 400 GiB      CNY 40.00 per month',
    'public traffic           up to 300 GiB      CNY 240.00',
    'traffic by VPC           up to 100 GiB',
    'in total                                    CNY 249.20',
  ]);
});

test('what servers have used: an instance from start to end, on where a job stayed, and what was carried for an image', () => {
  const start = Date.parse('2026-03-01T22:00:00Z');
  const servers = [
    aServer({ took: 90, diskGiB: 40 }),
    aServer({ took: 30, diskGiB: 100, overVpc: true, wave: 'rest' }),
    aServer({
      phase: 'failed',
      took: 60,
      diskGiB: 40,
      error: { code: 'InError', message: '', remedy: '' },
      leftover: { jobId: 'j-1', why: 'keptByPolicy' },
    }),
    aServer({ phase: 'migrating', from: 60, endedAt: undefined, diskGiB: 40, wave: 'rest' }),
    // No job of it was ever started.
    aServer({ phase: 'failed', error: noPermission }),
    aServer({ phase: 'skipped', startedAt: undefined }),
  ];
  const waves = [{ name: 'canary' }, { name: 'rest' }];
  expect(reportCosts(servers, waves, start + 3 * 3_600_000)).toEqual({
    waves: [
      { name: 'canary', instanceHours: 2.5 },
      { name: 'rest', instanceHours: 2.5 },
    ],
    leftoverInstanceHours: 2,
    instanceHours: 7,
    snapshotGiB: 140,
    publicTrafficGiB: 40,
    vpcTrafficGiB: 100,
  });
});
