import { judgedJob, judgeSource, type SourceVerdict } from '../../src/ledger';
import type { JobOnSource, SourceRead } from './source-reader';

/** The server whose job is searched or created. */
export interface ServerOfJob {
  batch: string;
  server: string;
  sourceId: string;
  /** A job of this server that the survey has found: its tags may not be listed yet. */
  knownJobId?: string;
}

/** The verdict on a server by a read of its source, and the server's own job on it. */
export interface JudgedRead {
  verdict: SourceVerdict;
  ownJob?: JobOnSource;
}

/** Judges a read of a server's source by the same rules as the survey and the preview. A job that is being deleted does not count. */
export function judgeForServer(
  { batch, server, sourceId, knownJobId }: ServerOfJob,
  { ledger, jobs }: SourceRead,
): JudgedRead {
  const verdict = judgeSource({
    batch,
    server: { name: server, sourceId },
    found: [sourceId],
    ledger,
    jobs: jobs
      .filter(({ status }) => status !== 'Deleting')
      .map((job) => judgedJob(job, job.jobId === knownJobId ? { batch, server } : job.owner)),
    migrations: [],
  });
  const own =
    verdict.verdict === 'adopt'
      ? verdict.job
      : verdict.verdict === 'migrated'
        ? (verdict.job ?? verdict.secondJob)
        : undefined;
  return { verdict, ownJob: own && jobs.find(({ jobId }) => jobId === own.jobId) };
}
