import { judgedJob, judgeSource, type SourceVerdict } from '../../src/ledger';
import type { JobOnSource, SourceRead } from './source-reader';

/** The server whose job is looked for, or is to be created. */
export interface ServerOfJob {
  batch: string;
  server: string;
  sourceId: string;
  /** A job of this server that the survey has found: its tags may not be listed yet. */
  knownJobId?: string;
}

/** What is to be done for a server, as its source is read now; with its own job, where that has one. */
export interface JudgedRead {
  verdict: SourceVerdict;
  ownJob?: JobOnSource;
}

/** Judges the read of a server's source, as the survey and the preview do. A job that is being deleted is nobody's any more. */
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
