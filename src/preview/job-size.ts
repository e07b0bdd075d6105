import type { SourceFacts } from '../inventory';
import type { PlannedServer } from '../plan';
import { jobLength } from './job-length';

/** What one run of the server's job carries: its partitions, or its disks where those are not known. */
export function jobBytes({ job }: PlannedServer, source: SourceFacts): number {
  // SMC migrates the data disks that the job names; the newer `disks` names them by id, so all are reckoned with.
  const wanted = new Set(job.dataDisks?.map(({ index }) => index));
  const dataDisks = source.dataDisks.filter(({ index }) => job.disks?.data?.length || wanted.has(index));
  return [source.systemDisk, ...dataDisks].reduce((sum, { sizeGiB = 0, partitionsBytes }) => {
    const size = sizeGiB * 2 ** 30;
    return sum + Math.min(partitionsBytes ?? size, size || Number.POSITIVE_INFINITY);
  }, 0);
}

/** Seconds of a whole run of the server's job. */
export const jobSeconds = (server: PlannedServer, source: SourceFacts): number =>
  jobLength({
    bytes: jobBytes(server, source),
    bandwidthLimitKbps: bandwidthLimit(server.job.replicationParameters),
  }).total;

/** SMC: bandwidth_limit, in Kbit/s; 0 is none. */
function bandwidthLimit(parameters: string | undefined): number {
  const { bandwidth_limit } = JSON.parse(parameters ?? '{}') as { bandwidth_limit?: unknown };
  const limit = Number(bandwidth_limit);
  return Number.isFinite(limit) ? limit : 0;
}
