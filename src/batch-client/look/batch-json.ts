import type { BatchProgress } from '../../../workflows/contract/views';
import { keptJobs, type ServerInSight, withInstanceHours } from '../../report';

/** What `-o json` says of a batch and its servers at this moment; docs/json.md describes it. */
export function batchJson({ progress, servers }: { progress: BatchProgress; servers: ServerInSight[] }) {
  const now = Date.now();
  return {
    progress,
    servers: servers.map((server) => withInstanceHours(server, now)),
    keptJobs: keptJobs(servers, now),
  };
}
