import type { LedgerEntry } from './ledger-entry';

/** A migration that has ended, as something other than the tags of its source proves. */
export interface EarlierMigration {
  /** Its server's name then, in the same batch. */
  server: string;
  sourceId?: string;
  /** How the plan named the source, where it did so by name. */
  sourceName?: string;
  image?: string;
  /** It ended a moment ago: the tags of its source may not be listed yet. */
  isRecent?: true;
}

/** A job that somebody's tags name, on the server's source or with the server's tags on another one. */
export interface JudgedJob {
  jobId: string;
  /** As it was read; absent where it is not listed yet. */
  status?: string;
  /** It is Running, or in a status that this version does not know. */
  runs?: true;
  sourceId?: string;
  /** What it made, once it is Finished. */
  image?: string;
  owner?: { batch: string; server?: string };
}

/** All that is known of one server of a plan before anything is done for it. */
export interface SourceEvidence {
  batch: string;
  /** As the plan has it. */
  server: { name: string; sourceId?: string; sourceName?: string };
  /** Ids of the sources in the account that the plan may mean. */
  found: readonly string[];
  /** Another server of the plan that has this source. */
  twin?: string;
  /** The tags of its source. */
  ledger?: LedgerEntry;
  jobs: readonly JudgedJob[];
  /** A workflow of this batch has the server, or its source, at work since before the batch was applied. */
  running?: { server: string; sourceId?: string };
  /** What this batch has migrated, newest first: of this server, or of this source. */
  migrations: readonly EarlierMigration[];
  /** The source that an operator has confirmed, though the server was migrated from another one. */
  confirmed?: string;
}

/** Why a server is not migrated. */
export interface SourceTrouble {
  code: string;
  message: string;
  remedy: string;
}

/** What is to be done about a server. `migrated` and `blocked` may leave a job of its own in the account. */
export type SourceVerdict =
  | { verdict: 'create' }
  /** `entry`: what the tags of its source say already, where the job is Finished. */
  | { verdict: 'adopt'; job: JudgedJob; entry?: LedgerEntry }
  /** Its workflow is at work. */
  | { verdict: 'underWay'; job?: JudgedJob }
  /** A live job of somebody else is on the source. */
  | { verdict: 'occupied'; job: JudgedJob }
  | {
      verdict: 'migrated';
      entry: LedgerEntry;
      /** The source that was migrated, where it is not the one that was found. */
      sourceId?: string;
      about?: string;
      /** Its own job, Finished. */
      job?: JudgedJob;
      /** Its job is the only proof. */
      isProof?: true;
      /** Its own job, not Finished: it must not make a second image. */
      secondJob?: JudgedJob;
    }
  | { verdict: 'blocked'; trouble: SourceTrouble; migrated?: EarlierMigration };

/**
 * The one judge of a server's source: whether it has been migrated, whose job it has, what stands in the way. In this
 * order: what is at work goes on; what is proven done is not done again; what is ours is adopted.
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
  // Our own Finished job is adopted: its workflow may have died before the ledger, or the deletion, was done.
  const isLeftToDo = finished !== undefined && recent === undefined;
  if (done && !isLeftToDo) {
    if (finished) return { verdict: 'migrated', entry: done, job: finished };
    const isSecond = ours !== undefined && ours.status !== 'Deleting';
    return { verdict: 'migrated', entry: done, ...(isSecond && { secondJob: ours }) };
  }
  if (recent) {
    const entry = { batch, image: recent.image };
    return { verdict: 'migrated', entry, ...(finished && { job: finished, isProof: true as const }) };
  }
  if (ours) return { verdict: 'adopt', job: ours, ...(finished && ledger && { entry: ledger }) };

  const other = newestOf(evidence);
  if (other?.sourceId !== undefined && other.sourceId !== sourceId && confirmed !== sourceId)
    return { verdict: 'blocked', migrated: other, trouble: sourceReplaced(other, sourceId) };
  const occupant = onSource.find(({ status }) => status !== undefined && isLive(status));
  return occupant ? { verdict: 'occupied', job: occupant } : { verdict: 'create' };
}

/** Judges a server whose source is not in the account: its tags have gone with it. */
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
    'Was it migrated, and its source removed since: skip the server. Was it not: import its source with the SMC client, ' +
      'or correct sourceId or sourceName in the plan and apply it, then retry the server.',
  );
}

function migratedEarlier(
  { batch }: SourceEvidence,
  { image, sourceId }: EarlierMigration,
  about: string,
): SourceVerdict {
  const from = sourceId ? `from source server ${sourceId}; ` : '';
  return { verdict: 'migrated', entry: { batch, image }, sourceId, about: `${from}${about}` };
}

/** Of several jobs of the server the one whose status stands last here; an unknown status ranks below, no status lowest. */
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

/** The server's own job. One that is being deleted counts until it is gone, after all others. */
function ownJob(evidence: SourceEvidence, jobs: readonly JudgedJob[]): JudgedJob | undefined {
  const rank = ({ status }: JudgedJob) => (status === undefined ? -2 : adoptionOrder.indexOf(status));
  return jobs
    .filter((job) => isOurs(evidence, job))
    .reduce<JudgedJob | undefined>((best, job) => (best && rank(best) > rank(job) ? best : job), undefined);
}

const isOurs = ({ batch, server }: SourceEvidence, { owner }: JudgedJob) =>
  owner?.batch === batch && owner.server === server.name;

/** A source that could not be tagged has its ledger in a Finished job of a batch, which is kept for that. */
function entryOfFinished(jobs: readonly JudgedJob[]): LedgerEntry | undefined {
  const job = jobs.find(({ status, owner }) => status === 'Finished' && owner);
  return job?.owner && { batch: job.owner.batch, image: job.image, jobId: job.jobId };
}

/** The server's last migration: known, or shown by its Finished job on another source. */
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

/** Why a server cannot be migrated yet: a workflow of this batch has its name for another source, or its source under another name. */
export const nameInUse = ({ server, sourceId }: { server: string; sourceId?: string }): SourceTrouble => ({
  code: 'ServerUnderWay',
  message: `a workflow of this batch still migrates source server ${sourceId} under the name '${server}'`,
  remedy: 'Wait for its end and retry the server, or give it another name in the plan.',
});

/** Why a server is not migrated a second time because its source has a new id. */
export const sourceReplaced = (
  { sourceId, image }: Pick<EarlierMigration, 'sourceId' | 'image'>,
  now: string | undefined,
): SourceTrouble => ({
  code: 'SourceServer.Replaced',
  message: `it was migrated${image ? ` as ${image}` : ''} from source server ${sourceId}; its source is now ${now ?? 'another one'}`,
  remedy:
    'Shall it be migrated again, from the new source: retry the server by its name. Shall the first migration stand: skip the server.',
});

/** Why a server is skipped. */
export const migratedNote = ({ batch, jobId }: Pick<LedgerEntry, 'batch' | 'jobId'>, about?: string) =>
  `migrated in batch '${batch}'${jobId ? `, as its Finished job ${jobId} tells` : ''}${about ? `: ${about}` : ''}`;
