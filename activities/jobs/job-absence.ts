import { fewestLooksWithoutJob, lateReadMs, type SmcClient, SmcError } from '../../src/smc';

/** What is known of a job after looks that did not list it. */
export interface Absence {
  isGone: boolean;
  /** Why the job is not taken for gone, though it has not been listed for a while. */
  doubt?: string;
}

/** A job, and the source that tells whether it can have gone. */
interface MissedJob {
  jobId: string;
  /** Where it is not known, only time tells. */
  sourceId?: string;
}

interface Witness {
  smc: Pick<SmcClient, 'describeSourceServers'>;
  pollIntervalSeconds: number;
}

/**
 * The one rule by which a job counts as gone: several looks over a while have not listed it, the while begins with the
 * first of them, and its source can be seen by who looks and has another job, or none. Without the source, the reads
 * come from an old copy, or from another account.
 */
export function jobAbsence({ smc, pollIntervalSeconds }: Witness, job: MissedJob) {
  let since: number | undefined;
  let looks = 0;
  let doubt: string | undefined;
  return {
    /** The job was listed: all that was missed before proves nothing. */
    listed(): void {
      since = undefined;
      looks = 0;
      doubt = undefined;
    },
    /** One more look was answered without it; a look that failed says nothing. */
    async missed(signal?: AbortSignal): Promise<Absence> {
      since ??= Date.now();
      looks++;
      const isLong = Date.now() - since > lateReadMs(pollIntervalSeconds);
      if (!isLong || looks < fewestLooksWithoutJob) return { isGone: false, doubt };
      doubt = await doubtOfSource(smc, job, signal);
      // The source is asked again after another while.
      since = undefined;
      looks = 0;
      return { isGone: doubt === undefined, doubt };
    },
  };
}
export type JobAbsence = ReturnType<typeof jobAbsence>;

/** Why the source says that the job has not gone; undefined when nothing speaks against it. */
export async function doubtOfSource(
  smc: Witness['smc'],
  { jobId, sourceId }: MissedJob,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (sourceId === undefined) return undefined;
  try {
    const { sourceServers } = await smc.describeSourceServers({ sourceIds: [sourceId] }, { signal });
    const source = sourceServers.find((listed) => listed.sourceId === sourceId);
    if (!source)
      return `neither replication job ${jobId} nor its source server ${sourceId} is listed: the worker may have another account's credentials, or both were deleted`;
    if (source.state === 'InUse' && source.jobId === jobId)
      return `replication job ${jobId} is not listed, yet its source server ${sourceId} is InUse by it: what is read is late`;
    return undefined;
  } catch (error) {
    if (!(error instanceof SmcError)) throw error;
    return `replication job ${jobId} is not listed, and its source server could not be looked at: ${error.message}`;
  }
}
