import { migratedBytes, migratedDataDisks, type SourceFacts } from '../inventory';
import type { PlannedServer } from '../plan';
import { jobLength } from './job-length';

/** What one run of the server's job carries. */
export const jobBytes = ({ job }: PlannedServer, source: SourceFacts): number =>
  migratedBytes(source, migratedDataDisks(job));

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
