import type { ModifyReplicationJobAttributeRequest, ReplicationJob } from '../src/smc';
import { callOrLook } from './calls/call-or-look';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/**
 * Changes a job's settings; a refused change that the job shows already is fine. What may change depends on the job's
 * status. SMC: ModifyReplicationJobAttribute.
 */
export function modifyReplicationJobAttribute({ smc }: ActivityContext) {
  return (request: ModifyReplicationJobAttributeRequest): Promise<void> =>
    smcCall((signal) =>
      callOrLook({
        call: async () => {
          await smc.modifyReplicationJobAttribute(request, { signal });
        },
        // After a lost answer the name is taken, by this very job, or the job has started and takes no change any more.
        mayBeExplained: (refusal) => refusal.class === 'state',
        look: () => smc.describeReplicationJobs({ jobIds: [request.jobId] }, { signal }),
        compare: ({ replicationJobs }, refusal) => {
          const job = replicationJobs.find(({ jobId }) => jobId === request.jobId);
          if (!job || !hasSettings(job, request)) throw refusal;
        },
      }),
    );
}

function hasSettings(job: ReplicationJob, { imageName, ...others }: ModifyReplicationJobAttributeRequest) {
  // SMC appends the job's id to the name of an image that is taken.
  const imageNames = [imageName, `${imageName}_${job.jobId}`];
  return (imageName === undefined || imageNames.includes(job.imageName ?? '')) && holds(job, others);
}

/** Whether all that is wanted is there; what is not mentioned may be anything. */
function holds(actual: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((one, i) => holds(actual[i], one))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const fields = (actual ?? {}) as Record<string, unknown>;
    return Object.entries(wanted).every(([name, value]) => holds(fields[name], value));
  }
  return plain(actual) === plain(wanted);
}

/** SMC: words are told apart in any case, and times come back with their seconds. */
function plain(value: unknown): string {
  const text = String(value ?? '').toLowerCase();
  return text.replace(/^(\d{4}-\d\d-\d\dt\d\d:\d\d)z$/, '$1:00z');
}
