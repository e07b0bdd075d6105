import type { PlannedServer } from '../plan';
import type { SourceFacts } from './source-facts';

/**
 * The data disks of a source that a job migrates, by their index. SMC migrates those that the job names; the newer `disks`
 * names them by id, so all are reckoned with.
 */
export const migratedDataDisks = ({ dataDisks, disks }: PlannedServer['job']): number[] | 'all' =>
  disks?.data?.length ? 'all' : (dataDisks ?? []).map(({ index }) => index);

/** Bytes that a job of these data disks carries at most: the partitions, or the sizes of the disks where those are not known. */
export function migratedBytes(
  source: Pick<SourceFacts, 'systemDisk' | 'dataDisks'>,
  wanted: readonly number[] | 'all',
): number {
  const dataDisks = source.dataDisks.filter(({ index }) => wanted === 'all' || wanted.includes(index));
  return [source.systemDisk, ...dataDisks].reduce((sum, { sizeGiB = 0, partitionsBytes }) => {
    const size = sizeGiB * 2 ** 30;
    return sum + Math.min(partitionsBytes ?? size, size || Number.POSITIVE_INFINITY);
  }, 0);
}
