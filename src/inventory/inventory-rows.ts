import type { InventorySource } from './read-inventory';
import type { DiskFacts } from './source-facts';

/** The columns of the inventory, as a table or a CSV; sizes in GiB. */
export const inventoryHeader = [
  'sourceId',
  'name',
  'state',
  'platform',
  'disks',
  'usedAtMost',
  'lastJob',
  'batch',
  'image',
  'trouble',
] as const;

/** One source in the order of {@link inventoryHeader}; what is not known is empty. */
export function inventoryRow(source: InventorySource): string[] {
  const disks = [source.systemDisk, ...source.dataDisks];
  return [
    source.sourceId,
    source.name ?? '',
    source.state,
    source.platform ?? '',
    disks.map(({ sizeGiB }) => sizeGiB ?? '?').join('+'),
    usedAtMost(disks),
    source.lastJobId ?? '',
    source.migrated?.batch ?? '',
    source.migrated?.image ?? '',
    source.trouble?.message ?? '',
  ];
}

/** Nothing where a disk shows no partitions: the sum would look smaller than it is. */
function usedAtMost(disks: DiskFacts[]): string {
  const bytes = disks.map(({ partitionsBytes }) => partitionsBytes);
  if (bytes.some((size) => size === undefined)) return '';
  const sum = bytes.reduce<number>((total, size) => total + (size ?? 0), 0);
  return String(Math.ceil((sum / 2 ** 30) * 10) / 10);
}
