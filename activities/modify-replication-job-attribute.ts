import type { ModifyReplicationJobAttributeRequest, ReplicationJob } from '../src/smc';
import { callOrLook } from './calls/call-or-look';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/**
 * Changes a job's settings. A refused change is a success when the job has these settings already. The job's status decides which
 * settings may change. SMC: ModifyReplicationJobAttribute.
 */
export function modifyReplicationJobAttribute({ smc }: ActivityContext) {
  return (request: ModifyReplicationJobAttributeRequest): Promise<void> =>
    smcCall((signal) =>
      callOrLook({
        call: async () => {
          await smc.modifyReplicationJobAttribute(request, { signal });
        },
        // After a lost answer this job itself may have the name, or it has started, and no longer accepts the change.
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
  // SMC adds the job's id to an image name that exists already.
  const imageNames = [imageName, `${imageName}_${job.jobId}`];
  return (imageName === undefined || imageNames.includes(job.imageName ?? '')) && holds(job, others);
}

/** Whether a value has all the wanted parts; other parts do not matter. */
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

/** A value for comparison. SMC: upper and lower case are the same, and times are given back with seconds. */
function plain(value: unknown): string {
  const text = String(value ?? '').toLowerCase();
  return text.replace(/^(\d{4}-\d\d-\d\dt\d\d:\d\d)z$/, '$1:00z');
}
