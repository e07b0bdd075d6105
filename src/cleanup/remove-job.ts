import { refusalOf, saysNotFound } from '../../activities/calls/call-or-look';
import { smcFailure } from '../../activities/calls/failure-of-error';
import { awaitsImage, endedJob } from '../../activities/jobs/ended-job';
import { jobAbsence } from '../../activities/jobs/job-absence';
import type { ReplicationJobPoller } from '../../activities/jobs/replication-job-poller';
import type { SmcFailure } from '../../workflows/contract/failure';
import {
  judgedJob,
  judgeSource,
  type LedgerEntry,
  nextStep,
  readLedger,
  tagsOfMigratedSource,
} from '../ledger';
import { lateReadMs, type ReplicationJob, type SmcClient, SmcError } from '../smc';
import { failureText, smcBatchCommand } from '../text';

/** A job that carries a batch's tags. */
export interface TaggedJob {
  job: ReplicationJob;
  batch: string;
  server: string;
}

/** What became of a job, as `cleanup -o json` prints it. */
export interface CleanedJob {
  jobId: string;
  server: string;
  /** As it was first seen. */
  status: string;
  outcome: 'deletable' | 'deleted' | 'under way' | 'left';
  /** What a Finished job has made: an image, or the instance it was for. */
  image?: string;
  /** The ledger on its source server, where the job was Finished. */
  migrated?: LedgerEntry;
  reason?: string;
  error?: SmcFailure;
}

/** What {@link removeJob} works with. */
export interface RemovalMeans {
  smc: SmcClient;
  /** Looks at all jobs at once. */
  poller: Pick<ReplicationJobPoller, 'nextLook'>;
  /** Whether the server's workflow runs: it cleans up better than we can. */
  isUnderWay(tagged: TaggedJob): Promise<boolean>;
  /** How long a job is waited for, and how long one that is being deleted; default 30 and 60. */
  patienceSeconds?: number;
  deletingPatienceSeconds?: number;
}

/** Seconds by which the patience with late reads is measured; it looks more often. */
const lookSeconds = 5;

/**
 * Takes a job out of the account, by what each look shows of it: stops it while it syncs, waits while it cannot be
 * stopped, and deletes it. The source of one that has finished is tagged as migrated before, so that its server is not
 * migrated again. `deleted` is only what is no longer listed; what SMC refuses for good, or what takes too long, is
 * `left` with the reason. Throws no {@link SmcError}.
 */
export async function removeJob(means: RemovalMeans, tagged: TaggedJob): Promise<CleanedJob> {
  const { smc, poller, isUnderWay, patienceSeconds = 30, deletingPatienceSeconds = 60 } = means;
  const { batch, server, job: first } = tagged;
  const { jobId } = first;
  const { signal } = new AbortController();
  const absence = jobAbsence({ smc, pollIntervalSeconds: lookSeconds }, { jobId, sourceId: first.sourceId });
  let until = Date.now() + patienceSeconds * 1000;
  let seen = first;
  let isLeaving = false;
  let isMissing = false;
  let doubt: string | undefined;
  let done: Pick<CleanedJob, 'image' | 'migrated'> | undefined;

  const ended = (outcome: CleanedJob['outcome'], reason?: string, error?: SmcFailure): CleanedJob => {
    const reasons = [reason, done && migratedSentence(batch, done)].filter((one) => one !== undefined);
    return {
      jobId,
      server,
      status: first.status,
      outcome,
      ...done,
      ...(reasons.length > 0 && { reason: reasons.join('; ') }),
      ...(error && { error }),
    };
  };
  const left = (error: SmcFailure) => ended('left', failureText(error), error);
  const leaves = () => {
    if (!isLeaving) until = Date.now() + deletingPatienceSeconds * 1000;
    isLeaving = true;
  };

  /** Does what the job needs next; gives what became of it once that is sure. */
  const step = async (job: ReplicationJob): Promise<CleanedJob | undefined> => {
    seen = job;
    isMissing = false;
    doubt = undefined;
    absence.listed();
    if (job.status === 'Deleting') leaves();
    const next = stepFor(job, done);
    if (next === 'keep') return left(endedJob(job).error!);
    if (next === 'wait') return undefined;
    if (!isLeaving && (await isUnderWay(tagged))) return ended('under way');
    if (next === 'stop') await smc.stopReplicationJob({ jobId });
    // Also after a deletion was asked for, where a late read shows only now that the job had finished.
    if (next === 'tag') done = await writeLedger(smc, tagged, job);
    if (!isLeaving && stepFor(job, done) === 'delete') {
      await smc.deleteReplicationJob({ jobId });
      leaves();
    }
    return undefined;
  };

  /** The job is not listed. Where somebody else has deleted it that takes longer to be sure of. */
  const missed = async (): Promise<CleanedJob | undefined> => {
    if (isLeaving) return ended('deleted');
    if (!isMissing) until = Math.max(until, Date.now() + lateReadMs(lookSeconds) + lookSeconds * 1000);
    isMissing = true;
    const absent = await absence.missed();
    doubt = absent.doubt;
    return absent.isGone ? ended('deleted') : undefined;
  };

  const givenUp = (refusal: SmcError | undefined): CleanedJob => {
    if (isLeaving) return ended('left', 'it is being deleted');
    const again = `Clean up again later: ${smcBatchCommand('cleanup', [batch])}`;
    if (doubt !== undefined) return ended('left', `${doubt}. ${again}`);
    if (isMissing) return ended('left', `it is not listed any more. ${again}`);
    if (refusal) return left({ ...smcFailure(refusal), remedy: again });
    return ended('left', `${whyItStays(seen)}. ${again}`);
  };

  for (;;) {
    const { job, ...look } = await poller.nextLook(jobId, signal);
    let refusal = 'error' in look ? look.error : undefined;
    if (!refusal) {
      let outcome: CleanedJob | undefined;
      refusal = await refusalOf(
        async () => {
          outcome = job ? await step(job) : await missed();
        },
        () => true,
      );
      if (outcome) return outcome;
      if (refusal && !mayBeExplained(refusal))
        return left({ ...smcFailure(refusal), remedy: refusal.remedyByHand });
    }
    if (Date.now() >= until) return givenUp(refusal);
  }
}

const stepFor = (job: ReplicationJob, done: object | undefined) =>
  nextStep({ ...job, goal: 'gone', awaitsImage: awaitsImage(job), ledger: done && 'written' }).step;

/** Tags the source as its workflow would have done; a source that is tagged already keeps its tags. */
async function writeLedger(
  smc: SmcClient,
  { batch, server }: Pick<TaggedJob, 'batch' | 'server'>,
  job: ReplicationJob,
): Promise<Pick<CleanedJob, 'image' | 'migrated'>> {
  const { imageId, instanceId } = endedJob(job);
  const image = imageId ?? instanceId;
  const { sourceId } = job;
  if (sourceId === undefined) {
    throw new SmcError({
      code: 'SourceServer.NotFound',
      message: `replication job ${job.jobId} has finished, and does not say which source server it has migrated`,
      remedy: 'Tag its source server, or delete the job, in the SMC console.',
    });
  }
  const verdict = judgeSource({
    batch,
    server: { name: server, sourceId },
    found: [sourceId],
    ledger: (await readLedger(smc, [sourceId])).get(sourceId),
    jobs: [judgedJob(job, { batch, server })],
    migrations: [],
  });
  if (verdict.verdict === 'adopt' && verdict.entry) return { image, migrated: verdict.entry };
  const entry = { batch, image: image ?? job.jobId };
  await smc.tagResources({
    resourceType: 'sourceserver',
    resourceIds: [sourceId],
    tags: tagsOfMigratedSource(entry.batch, entry.image, { jobId: job.jobId }),
  });
  return { image, migrated: entry };
}

/** Whether the next look may explain the refusal: the job has gone on, or is gone. */
function mayBeExplained(refusal: SmcError): boolean {
  const { class: errorClass, facts } = refusal;
  if (errorClass !== 'fatal') return true;
  const isOfJob = facts.action === 'StopReplicationJob' || facts.action === 'DeleteReplicationJob';
  return isOfJob && saysNotFound(refusal);
}

function whyItStays(job: ReplicationJob): string {
  if (job.status === 'Finished') return 'it has finished, and its image is not listed yet';
  if (job.status !== 'Running') return `it is still ${job.status}`;
  const where = job.businessStatus ? `, ${job.businessStatus}` : '';
  return `it is Running${where}: SMC stops a job only while it is Syncing, and this one ends by itself`;
}

function migratedSentence(
  batch: string,
  { image, migrated }: Pick<CleanedJob, 'image' | 'migrated'>,
): string {
  const kept = image ? `${image} stays, and its` : 'its';
  const other = migrated?.batch && migrated.batch !== batch ? ` in batch '${migrated.batch}'` : '';
  return `${kept} server counts as migrated${other}`;
}
