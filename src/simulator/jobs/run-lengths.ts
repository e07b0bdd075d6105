import type { ResolvedOptions } from '../account/options';
import type { SimulatedSource } from '../account/source-server';
import type { SimulatedJob } from './replication-job';
import type { RunLengths } from './run-plan';

/** The share of the used space that changes between two syncs of an incremental job. */
const changedShare = 0.05;

/** The length of each part of the job's next run: the used bytes by the bandwidth, then by the speed of imaging. */
export function runLengths(
  options: ResolvedOptions,
  source: SimulatedSource,
  job: SimulatedJob,
  slower: number,
): RunLengths {
  const { jobSeconds, bandwidthMbps, imageMBps, preparingSeconds, cleaningSeconds } = options;
  if (jobSeconds !== undefined) {
    const whole = jobSeconds * 1000 * slower;
    return { preparing: 0.05 * whole, syncing: 0.7 * whole, processing: 0.2 * whole, cleaning: 0.05 * whole };
  }
  const wanted = new Set(job.settings.dataDisks.map((disk) => disk.index));
  const usedBytes = source.dataDisks
    .filter((disk) => wanted.has(disk.index))
    .reduce((sum, disk) => sum + disk.usedBytes, source.systemDisk.usedBytes);
  const bytesPerMs = (Math.min(bandwidthMbps, bandwidthLimitMbps(job)) * 1_000_000) / 8 / 1000;
  return {
    preparing: preparingSeconds * 1000 * slower,
    syncing: ((usedBytes * (job.synced ? changedShare : 1)) / bytesPerMs) * slower,
    processing: (usedBytes / (imageMBps * 1000)) * slower,
    cleaning: cleaningSeconds * 1000 * slower,
  };
}

function bandwidthLimitMbps(job: SimulatedJob): number {
  const { bandwidth_limit } = JSON.parse(job.settings.replicationParameters ?? '{}') as {
    bandwidth_limit?: unknown;
  };
  const kbps = Number(bandwidth_limit);
  return kbps > 0 ? kbps / 1000 : Number.POSITIVE_INFINITY;
}
