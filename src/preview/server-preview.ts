import { type SourceFacts, type Trouble, troubleOf } from '../inventory';
import { type LedgerEntry, migratedByOneOf } from '../ledger';
import { type Plan, type PlannedServer, startTimeOf } from '../plan';
import type { ReplicationJob } from '../smc';
import type { AccountLook } from './account-look';
import { diskNotes, settingTroubles } from './setting-troubles';

/** What `apply` would do with one server, and what is worth knowing about it. */
export type ServerPreview = { server: string; wave: string; sourceId?: string } & Judgement;

type Judgement = { notes: Note[] } & (
  | { verdict: 'create' }
  | { verdict: 'adopt'; jobId: string; status: string }
  | ({ verdict: 'skip' } & LedgerEntry)
  | { verdict: 'blocked'; troubles: Trouble[] }
);

/** What does not stand in a server's way for sure, but may. */
export interface Note {
  code: 'disk-size' | 'job-leaving' | 'source-trouble' | 'start-time';
  message: string;
}

/** Judges every server of the plan, in its order, by one look at the account. */
export function serverPreviews(plan: Plan, look: AccountLook, now = Date.now()): ServerPreview[] {
  const liveJobs = new Map<string, ReplicationJob[]>();
  for (const job of look.jobs) {
    if (!job.sourceId || job.status === 'Finished') continue;
    liveJobs.set(job.sourceId, [...(liveJobs.get(job.sourceId) ?? []), job]);
  }
  const first = new Map<string, string>();
  const previews = plan.servers.map((server): ServerPreview => {
    const base = { server: server.name, wave: server.wave, notes: [] };
    const found = findSource(server, look);
    if ('code' in found) return { ...base, sourceId: server.sourceId, verdict: 'blocked', troubles: [found] };
    const { sourceId } = found;
    const twin = first.get(sourceId);
    if (twin !== undefined) {
      const trouble = troubleOf(
        'SourceServer.Ambiguous',
        `source server ${sourceId} is already '${twin}' in this plan`,
        'Keep one of the two.',
      );
      return { ...base, sourceId, verdict: 'blocked', troubles: [trouble] };
    }
    first.set(sourceId, server.name);
    return { ...base, sourceId, ...judge(plan.name, server, found, liveJobs.get(sourceId) ?? [], look, now) };
  });
  blockDependents(plan, previews);
  return previews;
}

function findSource({ sourceId, sourceName }: PlannedServer, look: AccountLook): SourceFacts | Trouble {
  const found =
    sourceId !== undefined
      ? [look.sourcesById.get(sourceId)].filter((source) => source !== undefined)
      : (look.sourcesByName.get(sourceName ?? '') ?? []);
  const [source, another] = found;
  if (source && !another) return source;
  if (source)
    return troubleOf(
      'SourceServer.Ambiguous',
      `the account has several source servers named '${sourceName}': ${found.map((one) => one.sourceId).join(', ')}`,
    );
  return troubleOf(
    'SourceServer.NotFound',
    `the account has no source server ${sourceId ?? `named '${sourceName}'`}`,
  );
}

/** In the order in which `apply` decides: the ledger, the source's job, then what a new job would meet. */
function judge(
  batch: string,
  server: PlannedServer,
  source: SourceFacts,
  jobs: ReplicationJob[],
  look: AccountLook,
  now: number,
): Judgement {
  const finished = look.jobs.filter(
    ({ status, sourceId }) => status === 'Finished' && sourceId === source.sourceId,
  );
  const isOurs = ({ jobId }: ReplicationJob) => {
    const owner = look.owners.get(jobId);
    return owner?.batch === batch && owner.server === server.name;
  };
  const ours = finished.find(isOurs);
  const done =
    look.ledger.get(source.sourceId) ?? (ours ? undefined : migratedByOneOf(finished, look.owners));
  if (done) return { verdict: 'skip', ...done, notes: [] };

  const job = jobs.find(({ status }) => status !== 'Deleting');
  if (job) {
    if (!isOurs(job)) {
      const other = otherJob(source, job, look.owners.get(job.jobId)?.batch);
      return { verdict: 'blocked', troubles: [other], notes: [] };
    }
    return {
      verdict: 'adopt',
      jobId: job.jobId,
      status: job.status,
      notes: source.trouble ? [{ code: 'source-trouble', message: source.trouble.message }] : [],
    };
  }

  // Its image is made, and its ledger not written: apply has only that left to do.
  if (ours) return { verdict: 'adopt', jobId: ours.jobId, status: ours.status, notes: [] };

  const troubles = [...(source.trouble ? [source.trouble] : []), ...settingTroubles(server, source, look)];
  const leaving = jobs.length > 0;
  if (source.state === 'InUse' && !leaving) {
    const hidden = source.lastJobId ? ` (its last job is ${source.lastJobId})` : '';
    troubles.unshift(
      troubleOf(
        'SourceServer.InUse',
        `source server ${source.sourceId} is in use by a job that is not listed${hidden}`,
      ),
    );
  }
  const notes: Note[] = diskNotes(server, source).map((message) => ({ code: 'disk-size', message }));
  if (leaving)
    notes.unshift({
      code: 'job-leaving',
      message: 'its last job is still being deleted; the new one waits for that',
    });
  if ((startTimeOf(server.job) ?? now) > now)
    notes.push({ code: 'start-time', message: `starts at ${server.job.scheduledStartTime} at the earliest` });
  return troubles.length > 0 ? { verdict: 'blocked', troubles, notes } : { verdict: 'create', notes };
}

function otherJob(source: SourceFacts, job: ReplicationJob, batch: string | undefined): Trouble {
  const whose = batch ? `, of batch ${batch}` : ', which is not of smc-batch';
  return troubleOf(
    'SourceServer.InUse',
    `source server ${source.sourceId} has replication job ${job.jobId} (${job.status})${whose}`,
  );
}

/** A server whose predecessor cannot be migrated never gets its turn. */
function blockDependents(plan: Plan, previews: ServerPreview[]): void {
  const byName = new Map(previews.map((preview, i) => [preview.server, i]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { name, dependsOn } of plan.servers) {
      const i = byName.get(name)!;
      const preview = previews[i]!;
      if (preview.verdict !== 'create') continue;
      const stuck = dependsOn?.find((other) => previews[byName.get(other) ?? -1]?.verdict === 'blocked');
      if (stuck === undefined) continue;
      const { server, wave, sourceId, notes } = preview;
      const trouble = troubleOf(
        'DependencyBlocked',
        `it depends on ${stuck}, which is blocked`,
        `Clear the way of ${stuck}, or take it out of dependsOn.`,
      );
      previews[i] = { server, wave, sourceId, notes, verdict: 'blocked', troubles: [trouble] };
      changed = true;
    }
  }
}
