import { fewestLooksWithoutJob, lateReadMs, type SmcClient, SmcError } from '../../src/smc';

/** The result for a job after reads that did not list it. */
export interface Absence {
  isGone: boolean;
  /** Why the job does not count as gone, although it was not listed for a while. */
  doubt?: string;
}

/** A job that is not listed, and its source, which shows whether the job can be gone. */
interface MissedJob {
  jobId: string;
  /** Absent when it is not known: then only the time decides. */
  sourceId?: string;
}

interface Witness {
  smc: Pick<SmcClient, 'describeSourceServers'>;
  pollIntervalSeconds: number;
}

/**
 * The rule by which a job counts as gone: several reads in a row, over a while that begins with the first of them, do not list
 * the job, and its source is listed with another job or none. When the source is not listed either, the reads may come from an
 * old copy, or from another account.
 */
export function jobAbsence({ smc, pollIntervalSeconds }: Witness, job: MissedJob) {
  let since: number | undefined;
  let looks = 0;
  let doubt: string | undefined;
  return {
    /** Notes that the job was listed: the reads before no longer count. */
    listed(): void {
      since = undefined;
      looks = 0;
      doubt = undefined;
    },
    /** Notes a read that did not list the job; a failed read does not count. */
    async missed(signal?: AbortSignal): Promise<Absence> {
      since ??= Date.now();
      looks++;
      const isLong = Date.now() - since > lateReadMs(pollIntervalSeconds);
      if (!isLong || looks < fewestLooksWithoutJob) return { isGone: false, doubt };
      doubt = await doubtOfSource(smc, job, signal);
      // The source is read again after another while.
      since = undefined;
      looks = 0;
      return { isGone: doubt === undefined, doubt };
    },
  };
}
export type JobAbsence = ReturnType<typeof jobAbsence>;

/** Why the state of the source contradicts that the job is gone; undefined when it does not. */
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
      return `replication job ${jobId} is not listed, yet its source server ${sourceId} is InUse by it: the read may be late`;
    return undefined;
  } catch (error) {
    if (!(error instanceof SmcError)) throw error;
    return `replication job ${jobId} is not listed, and its source server could not be read: ${error.message}`;
  }
}
