import { Context } from '@temporalio/activity';
import { looksForEffect, type ReplicationJob, type SourceServer } from '../../src/smc';
import { cutText } from '../../src/text';
import type { JobEvidence } from '../../workflows/contract/ends/job-evidence';
import { mustNotWaitHere } from '../calls/at-once';
import type { ActivityContext } from '../calls/context';
import { smcCall } from '../calls/smc-failure';

export interface DescribeFailedJobInput {
  jobId: string;
  sourceId: string;
  /** What the job has ended in: a late read may show what was before. */
  status?: string;
}

/** Bytes of UTF-8: what SMC says of an error is short as a rule, and nothing may be too large for Temporal. */
const most = { text: 4_000, word: 256, runs: 5 };

/**
 * What the API says of a job that failed and of its source, before the job is deleted.
 * SMC: DescribeReplicationJobs, DescribeSourceServers.
 */
export function describeFailedJob({ smc, pollIntervalSeconds }: ActivityContext) {
  return ({ jobId, sourceId, status }: DescribeFailedJobInput): Promise<JobEvidence> =>
    smcCall(async (signal) => {
      let last: ReplicationJob | undefined;
      for (let looks = 1; ; looks++) {
        const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [jobId] }, { signal });
        const job = replicationJobs.find((listed) => listed.jobId === jobId);
        last = job ?? last;
        const isAsEnded = job !== undefined && (status === undefined || job.status === status);
        if (isAsEnded || looks === looksForEffect) break;
        mustNotWaitHere();
        await Context.current().sleep(pollIntervalSeconds * 1000);
      }
      const { sourceServers } = await smc.describeSourceServers({ sourceIds: [sourceId] }, { signal });
      const source = sourceServers.find((listed) => listed.sourceId === sourceId);
      return {
        jobId,
        readAt: Date.now(),
        job: last && aboutJob(last),
        source: source && aboutSource(source),
      };
    });
}

function aboutJob(job: ReplicationJob): JobEvidence['job'] {
  const { businessStatus, progress, errorCode, statusInfo, transitionInstanceId } = job;
  const { creationTime, startTime, endTime, replicationJobRuns } = job;
  return {
    status: word(job.status)!,
    businessStatus: word(businessStatus),
    progress,
    errorCode: word(errorCode),
    statusInfo: statusInfo && cutText(statusInfo, most.text),
    creationTime: word(creationTime),
    startTime: word(startTime),
    endTime: word(endTime),
    transitionInstanceId: word(transitionInstanceId),
    runs:
      replicationJobRuns.length === 0
        ? undefined
        : replicationJobRuns.slice(-most.runs).map((run) => ({
            type: word(run.type),
            startTime: word(run.startTime),
            endTime: word(run.endTime),
            imageId: word(run.imageId),
          })),
  };
}

const aboutSource = ({ sourceId, state, errorCode, statusInfo }: SourceServer): JobEvidence['source'] => ({
  sourceId,
  state: word(state)!,
  errorCode: word(errorCode),
  statusInfo: statusInfo && cutText(statusInfo, most.text),
});

const word = (text: string | undefined) => text && cutText(text, most.word);
