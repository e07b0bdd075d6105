import type { LedgerEntry, Migration } from './ledger-entry';

/** A migration that has ended, proven by something other than the tags of its source. */
export interface EarlierMigration extends Migration {
  /** The name that its server had then, in the same batch. */
  server: string;
  sourceId?: string;
  /** The source's name in the plan, where the plan had no id. */
  sourceName?: string;
  image?: string;
  /** It has just ended: the tags of its source may not be listed yet. */
  isRecent?: true;
}

/** A job on the server's source, or one with the server's tags on another source. */
export interface JudgedJob {
  jobId: string;
  /** Absent where the job is not listed yet. */
  status?: string;
  /** It is Running, or has a status that this version does not know. */
  runs?: true;
  sourceId?: string;
  /** Its image, once it is Finished. */
  image?: string;
  owner?: { batch: string; server?: string };
}

/** All that is known of a server of a plan before it is migrated. */
export interface SourceEvidence {
  batch: string;
  /** The server in the plan. */
  server: { name: string; sourceId?: string; sourceName?: string };
  /** Ids of the sources in the account that the plan may mean. */
  found: readonly string[];
  /** Another server of the plan with the same source. */
  twin?: string;
  /** The tags of its source. */
  ledger?: LedgerEntry;
  jobs: readonly JudgedJob[];
  /** The server's workflow, or that of another server with its source, which runs since before the batch was applied. */
  running?: { server: string; sourceId?: string };
  /** Earlier migrations by this batch of this server, or of this source, newest first. */
  migrations: readonly EarlierMigration[];
  /** The new source that an operator has confirmed for a server that was migrated from another one. */
  confirmed?: string;
}

/** Why a server is not migrated. */
export interface SourceTrouble {
  code: string;
  message: string;
  remedy: string;
}

/** What happens to a server. With `migrated` and `blocked` a job of its own may stay in the account. */
export type SourceVerdict =
  | { verdict: 'create' }
  /** `entry`: the ledger of its source, where the job is Finished and the source is tagged. */
  | { verdict: 'adopt'; job: JudgedJob; entry?: LedgerEntry }
  /** Its workflow runs. */
  | { verdict: 'underWay'; job?: JudgedJob }
  /** The source has a live job of another batch or tool. */
  | { verdict: 'occupied'; job: JudgedJob }
  | {
      verdict: 'migrated';
      entry: LedgerEntry;
      /** The migrated source, where it is not the one that was found. */
      sourceId?: string;
      about?: string;
      /** Its own Finished job. */
      job?: JudgedJob;
      /** This job is the only proof of the migration. */
      isProof?: true;
      /** Its own job that is not Finished: it must not make a second image. */
      secondJob?: JudgedJob;
    }
  | { verdict: 'blocked'; trouble: SourceTrouble; migrated?: EarlierMigration };

/**
 * Judges a server's source: whether it has been migrated, which job it has, what blocks the server. In this order: a workflow
 * that runs goes on; a source that was migrated is not migrated again; a job of this server is adopted.
 */
export function judgeSource(evidence: SourceEvidence): SourceVerdict {
  const { server, found, twin, running, migrations } = evidence;
  const [sourceId, ...others] = found;
  if (sourceId === undefined) return judgeMissing(evidence);
  if (others.length > 0) {
    const done = migrations.find((one) => one.server === server.name && found.includes(one.sourceId ?? ''));
    if (running?.server === server.name && found.includes(running.sourceId ?? ''))
      return { verdict: 'underWay' };
    if (done) return migratedEarlier(evidence, done, 'several source servers have its name by now');
    return blocked(
      'SourceServer.Ambiguous',
      `the account has several source servers named '${server.sourceName}': ${found.join(', ')}`,
      'Several source servers have this name: use sourceId.',
    );
  }
  if (twin !== undefined)
    return blocked(
      'SourceServer.Ambiguous',
      `source server ${sourceId} is already '${twin}' in this plan`,
      'Keep one of the two.',
    );
  const isOther = running?.sourceId !== undefined && running.sourceId !== sourceId;
  if (running && (isOther || running.server !== server.name))
    return { verdict: 'blocked', trouble: nameInUse(running) };
  return judgeFound(evidence, sourceId);
}

function judgeFound(evidence: SourceEvidence, sourceId: string): SourceVerdict {
  const { batch, server, ledger, running, migrations, confirmed } = evidence;
  const onSource = evidence.jobs.filter((job) => (job.sourceId ?? sourceId) === sourceId);
  const ours = ownJob(evidence, onSource);
  if (running) return { verdict: 'underWay', ...(ours && { job: ours }) };
  const finished = ours?.status === 'Finished' ? ours : undefined;
  const recent = migrations.find(
    (one) => one.isRecent && one.server === server.name && (one.sourceId ?? sourceId) === sourceId,
  );
  const done = ledger ?? (finished ? undefined : entryOfFinished(onSource));
  // Our own Finished job is adopted: its workflow may have died before it wrote the ledger or deleted the job.
  const isLeftToDo = finished !== undefined && recent === undefined;
  if (done && !isLeftToDo) {
    if (finished) return { verdict: 'migrated', entry: done, job: finished };
    const isSecond = ours !== undefined && ours.status !== 'Deleting';
    return { verdict: 'migrated', entry: done, ...(isSecond && { secondJob: ours }) };
  }
  if (recent) {
    const entry = entryOf(batch, recent);
    return { verdict: 'migrated', entry, ...(finished && { job: finished, isProof: true as const }) };
  }
  if (ours) return { verdict: 'adopt', job: ours, ...(finished && ledger && { entry: ledger }) };

  const other = newestOf(evidence);
  if (other?.sourceId !== undefined && other.sourceId !== sourceId && confirmed !== sourceId)
    return { verdict: 'blocked', migrated: other, trouble: sourceReplaced(other, sourceId) };
  const occupant = onSource.find(({ status }) => status !== undefined && isLive(status));
  return occupant ? { verdict: 'occupied', job: occupant } : { verdict: 'create' };
}

/** Judges a server whose source is no longer in the account, nor are the source's tags. */
function judgeMissing(evidence: SourceEvidence): SourceVerdict {
  const { batch, server, running, migrations, jobs } = evidence;
  const { sourceId, sourceName } = server;
  const isMeant = (other: string | undefined) =>
    sourceId === undefined || other === undefined || other === sourceId;
  if (running?.server === server.name && isMeant(running.sourceId)) return { verdict: 'underWay' };
  const own = jobs.filter((job) => isOurs(evidence, job) && isMeant(job.sourceId));
  const finished = own.find(({ status }) => status === 'Finished');
  const gone = 'its source server is not in the account any more';
  if (finished)
    return {
      verdict: 'migrated',
      entry: { batch, image: finished.image, jobId: finished.jobId },
      sourceId: finished.sourceId,
      about: gone,
      job: finished,
      isProof: true,
    };
  const isProof = (one: EarlierMigration) =>
    sourceId === undefined
      ? one.server === server.name && (one.sourceName ?? sourceName) === sourceName
      : one.sourceId === sourceId;
  const done = migrations.find(isProof);
  if (done) return migratedEarlier(evidence, done, gone);
  const what = sourceId ?? `named '${sourceName}'`;
  const other = newestOf(evidence);
  const instead = other?.sourceId ? `; the server was migrated from source server ${other.sourceId}` : '';
  return blocked(
    'SourceServer.NotFound',
    `the account has no source server ${what}${instead}, and nothing shows that it was migrated`,
    'If it was migrated and its source was removed since, skip the server. If not, import its source with the SMC client, ' +
      'or correct sourceId or sourceName in the plan and apply it, then retry the server.',
  );
}

function migratedEarlier({ batch }: SourceEvidence, done: EarlierMigration, about: string): SourceVerdict {
  const { sourceId } = done;
  const from = sourceId ? `from source server ${sourceId}; ` : '';
  return { verdict: 'migrated', entry: entryOf(batch, done), sourceId, about: `${from}${about}` };
}

function entryOf(batch: string, { image, jobId, startedAt, endedAt }: EarlierMigration): LedgerEntry {
  const isKnown = jobId !== undefined || startedAt !== undefined;
  return { batch, image, ...(isKnown && { migration: { jobId, startedAt, endedAt } }) };
}

/** The order in which one of several jobs is adopted, the best status last. An unknown status comes before all of these. */
const adoptionOrder = [
  'Deleting',
  'Expired',
  'InError',
  'Stopped',
  'Ready',
  'Waiting',
  'Running',
  'Finished',
];

/** The server's own job. A job that is being deleted counts until it is gone, but after all others. */
function ownJob(evidence: SourceEvidence, jobs: readonly JudgedJob[]): JudgedJob | undefined {
  const rank = ({ status }: JudgedJob) => (status === undefined ? -2 : adoptionOrder.indexOf(status));
  return jobs
    .filter((job) => isOurs(evidence, job))
    .reduce<JudgedJob | undefined>((best, job) => (best && rank(best) > rank(job) ? best : job), undefined);
}

const isOurs = ({ batch, server }: SourceEvidence, { owner }: JudgedJob) =>
  owner?.batch === batch && owner.server === server.name;

/** The ledger of a source that could not be tagged: a batch keeps the Finished job as the proof. */
function entryOfFinished(jobs: readonly JudgedJob[]): LedgerEntry | undefined {
  const job = jobs.find(({ status, owner }) => status === 'Finished' && owner);
  return job?.owner && { batch: job.owner.batch, image: job.image, jobId: job.jobId };
}

/** The server's last migration: a known one, or one that its Finished job on another source proves. */
function newestOf(evidence: SourceEvidence): EarlierMigration | undefined {
  const { server, migrations, jobs } = evidence;
  const known = migrations.find((one) => one.server === server.name);
  if (known) return known;
  const job = jobs.find((one) => one.status === 'Finished' && isOurs(evidence, one));
  return job && { server: server.name, sourceId: job.sourceId, image: job.image };
}

const isLive = (status: string) => status !== 'Finished' && status !== 'Deleting';

const blocked = (code: string, message: string, remedy: string): SourceVerdict => ({
  verdict: 'blocked',
  trouble: { code, message, remedy },
});

/** Why a server cannot be migrated yet: a running workflow has its name and another source, or its source and another name. */
export const nameInUse = ({ server, sourceId }: { server: string; sourceId?: string }): SourceTrouble => ({
  code: 'ServerUnderWay',
  message: `a workflow of this batch still migrates source server ${sourceId} under the name '${server}'`,
  remedy: 'Wait for its end and retry the server, or give it another name in the plan.',
});

/** Why a server with a new source is not migrated a second time. */
export const sourceReplaced = (
  { sourceId, image }: Pick<EarlierMigration, 'sourceId' | 'image'>,
  now: string | undefined,
): SourceTrouble => ({
  code: 'SourceServer.Replaced',
  message: `it was migrated${image ? ` as ${image}` : ''} from source server ${sourceId}; its source is now ${now ?? 'another one'}`,
  remedy:
    'To migrate it again from the new source, retry the server by its name. To keep the first migration, skip the server.',
});

/** Why a server is skipped. */
export const migratedNote = ({ batch, jobId }: Pick<LedgerEntry, 'batch' | 'jobId'>, about?: string) =>
  `migrated in batch '${batch}'${jobId ? `, as its Finished job ${jobId} tells` : ''}${about ? `: ${about}` : ''}`;
