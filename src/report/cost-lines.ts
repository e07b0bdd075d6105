import type { Costs } from '../costs';
import { type Column, plainLine, tableLines } from '../text';
import { formatInstanceHours } from './kept-jobs';

/** What a batch costs, one row per thing: its quantity, and its price where that is known. */
export function costRows(costs: Costs): string[][] {
  const {
    waves,
    leftoverInstanceHours,
    instanceHours,
    snapshotGiB,
    publicTrafficGiB,
    vpcTrafficGiB,
    priced,
  } = costs;
  const money = (amount: number | undefined, per = '') =>
    priced && amount !== undefined ? `${formatMoney(amount, priced.currency)}${per}` : '';
  const used = waves.filter((wave) => wave.instanceHours > 0);
  return [
    ['intermediate instances', formatInstanceHours(instanceHours), money(priced?.instances)],
    ...(used.length > 1
      ? used.map((wave) => [`  wave ${plainLine(wave.name)}`, formatInstanceHours(wave.instanceHours), ''])
      : []),
    ...(leftoverInstanceHours === undefined
      ? []
      : [['  jobs left', formatInstanceHours(leftoverInstanceHours), money(priced?.leftovers)]]),
    ...atMost('snapshots of the images', snapshotGiB, money(priced?.snapshotsAMonth, ' per month')),
    ...atMost('public traffic', publicTrafficGiB, money(priced?.publicTraffic)),
    ...atMost('traffic by VPC', vpcTrafficGiB, ''),
    ...(priced ? [['in total', '', money(priced.once)]] : []),
  ];
}

/** The same as a table for a terminal of so many columns. */
export function costLines(costs: Costs, columns?: number): string[] {
  const titles = ['costs', 'quantity', ...(costs.priced ? ['price'] : [])];
  const shown = titles.map((title, i): Column<string[]> => ({ title, rank: 1, cell: (row) => row[i] ?? '' }));
  return tableLines(shown, costRows(costs), { columns, empty: 'Nothing is billed.' });
}

/** `CNY 1,234.50`. */
const formatMoney = (amount: number, currency: string) =>
  `${currency} ${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

/** No row where nothing is known of it. */
const atMost = (what: string, giB: number, price: string) =>
  giB > 0 ? [[what, `up to ${giB.toLocaleString('en-US')} GiB`, price]] : [];
