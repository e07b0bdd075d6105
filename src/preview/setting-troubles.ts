import {
  type DiskFacts,
  isMainlandRegion,
  mainlandRule,
  type SourceFacts,
  type Trouble,
  troubleOf,
} from '../inventory';
import type { PlannedServer } from '../plan';
import { settingsProblems } from '../smc';
import type { AccountLook } from './account-look';

/** Why the service would refuse a new job with these settings for this source, all reasons at once. */
export function settingTroubles(server: PlannedServer, source: SourceFacts, look: AccountLook): Trouble[] {
  const { job } = server;
  const troubles = settingsProblems(job).map(({ path, message }) =>
    troubleOf('InvalidParameter', message, `Correct ${path[0]} in the plan.`),
  );
  for (const { index } of job.dataDisks ?? []) {
    if (source.dataDisks.some((disk) => disk.index === index)) continue;
    const has = source.dataDisks.map((disk) => disk.index).join(', ');
    troubles.push(
      troubleOf(
        'ReplicationJobDataDiskIndex.Invalid',
        `the source has no data disk ${index}${has ? `, only ${has}` : ' at all'}`,
      ),
    );
  }
  if (source.isWindows && job.targetType?.toLowerCase() === 'containerimage')
    troubles.push(
      troubleOf(
        'InvalidParameter',
        'only a Linux server can become a container image, and this is a Windows source',
        'Leave targetType out, or set it to Image.',
      ),
    );
  if (source.isWindows && !isMainlandRegion(job.regionId))
    troubles.push(
      troubleOf(
        'RegionNotForWindows',
        `a Windows source cannot go to ${job.regionId}: ${mainlandRule}`,
        'Choose a region of mainland China (cn-…, but not cn-hongkong), and copy the image from there.',
      ),
    );
  return [...troubles, ...takenNames(server, look)];
}

/** SMC: names of jobs are unique among jobs, names of images among the jobs of a region. */
function takenNames({ job }: PlannedServer, look: AccountLook): Trouble[] {
  const troubles: Trouble[] = [];
  const byImage =
    job.imageName === undefined
      ? undefined
      : look.jobs.find(
          ({ imageName, regionId, status }) =>
            imageName === job.imageName && (!regionId || regionId === job.regionId) && status !== 'Deleting',
        );
  if (byImage)
    troubles.push(
      troubleOf(
        'ImageName.UsedByReplicationJob',
        `replication job ${byImage.jobId} (${byImage.status}) makes the image ${job.imageName} already`,
      ),
    );
  const byName = job.name === undefined ? undefined : look.jobs.find(({ name }) => name === job.name);
  if (byName)
    troubles.push(
      troubleOf(
        'ReplicationJobName.Duplicate',
        `replication job ${byName.jobId} (${byName.status}) has the name ${job.name} already`,
      ),
    );
  return troubles;
}

/**
 * Disks that may turn out too small. SMC: a target disk must exceed what is used of its source's disk, which it does
 * not show; a disk as large as the source's partitions is safe, a smaller one only perhaps.
 */
export function diskNotes({ job }: PlannedServer, source: SourceFacts): string[] {
  const pairs: [string, number | undefined, DiskFacts | undefined][] = [
    ['systemDiskSize', job.systemDiskSize ?? job.disks?.system?.size, source.systemDisk],
    ...(job.dataDisks ?? []).map(({ index, size }): [string, number, DiskFacts | undefined] => [
      `data disk ${index}`,
      size,
      source.dataDisks.find((disk) => disk.index === index),
    ]),
  ];
  return pairs.flatMap(([what, size, disk]) => {
    const needed = disk && partitionsGiB(disk);
    if (size === undefined || needed === undefined || size >= needed) return [];
    return [`${what} ${size} GiB will do only if less is used: the source's partitions have ${needed} GiB`];
  });
}

function partitionsGiB({ partitionsBytes, sizeGiB }: DiskFacts): number | undefined {
  return partitionsBytes === undefined ? sizeGiB : Math.ceil((partitionsBytes / 2 ** 30) * 10) / 10;
}
