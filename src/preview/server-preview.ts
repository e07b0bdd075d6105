import { type SourceFacts, type Trouble, troubleOf } from '../inventory';
import { type JudgedJob, judgedJob, judgeSource, type LedgerEntry } from '../ledger';
import { type Plan, type PlannedServer, startTimeOf } from '../plan';
import type { AccountLook } from './account-look';
import { nearSources } from './near-sources';
import { type EndInBatch, endsInBatch, isDecided } from './running-batch';
import { diskNotes, settingTroubles } from './setting-troubles';

/** What `apply` would do with one server, and what is worth knowing about it. */
export type ServerPreview = { server: string; wave: string; sourceId?: string } & Judgement;

type Judgement = { notes: Note[] } & (
  | { verdict: 'create' }
  /** Without a job where its workflow is at work, and has not made one yet. */
  | { verdict: 'adopt'; jobId?: string; status?: string }
  | ({ verdict: 'skip' } & LedgerEntry)
  | { verdict: 'blocked'; troubles: Trouble[] }
  /** It has ended in the batch, which runs: only an order starts it again. */
  | ({ verdict: 'nothing' } & EndInBatch)
);

/** What may go wrong with a server; it does not block it. */
interface Note {
  code:
    | 'declared'
    | 'disk-size'
    | 'job-leaving'
    | 'source-trouble'
    | 'start-time'
    | 'under-way'
    | 'source-gone';
  message: string;
}

/** Judges every server of the plan, in its order, by one look at the account. */
export function serverPreviews(plan: Plan, look: AccountLook, now = Date.now()): ServerPreview[] {
  const jobsOn = new Map<string, JudgedJob[]>();
  const jobsOf = new Map<string, JudgedJob[]>();
  for (const job of look.jobs) {
    const owner = look.owners.get(job.jobId);
    const judged = judgedJob(job, owner);
    add(jobsOn, job.sourceId, judged);
    if (owner?.batch === plan.name) add(jobsOf, owner.server, judged);
  }
  const ends = look.batch && endsInBatch(plan.name, look.batch);
  const first = new Map<string, string>();
  const near = nearSources([...look.sourcesById.values()]);
  const previews = plan.servers.map((server): ServerPreview => {
    const base = { server: server.name, wave: server.wave };
    const isRunning = look.earlier?.running.some((one) => one.server === server.name);
    if (server.done !== undefined && !isRunning)
      return { ...base, sourceId: server.sourceId, ...declared(server.done) };
    const found = foundSources(server, look);
    const sourceId = found.length === 1 ? found[0]!.sourceId : undefined;
    const twin = first.get(sourceId ?? '');
    if (sourceId !== undefined && twin === undefined) first.set(sourceId, server.name);
    const jobs = new Set([...(jobsOn.get(sourceId ?? '') ?? []), ...(jobsOf.get(server.name) ?? [])]);
    const end = ends?.get(server.name);
    const judgement = judge(plan.name, server, { found, twin, jobs: [...jobs], end }, look, now);
    return { ...base, sourceId: sourceId ?? server.sourceId, ...withNearest(judgement, server, near) };
  });
  blockDependents(plan, previews);
  return previews;
}

/** A source that is not there: its remedy begins with the one that may be meant. */
function withNearest(
  judgement: Judgement,
  server: PlannedServer,
  near: (server: PlannedServer) => string | undefined,
): Judgement {
  if (judgement.verdict !== 'blocked') return judgement;
  const troubles = judgement.troubles.map((trouble) => {
    const meant = trouble.code === 'SourceServer.NotFound' ? near(server) : undefined;
    return meant === undefined ? trouble : { ...trouble, remedy: `${meant} ${trouble.remedy}` };
  });
  return { ...judgement, troubles };
}

function add(lists: Map<string, JudgedJob[]>, key: string | undefined, job: JudgedJob): void {
  if (key === undefined) return;
  const list = lists.get(key);
  if (list) list.push(job);
  else lists.set(key, [job]);
}

export const foundSources = ({ sourceId, sourceName }: PlannedServer, look: AccountLook): SourceFacts[] =>
  sourceId !== undefined
    ? [look.sourcesById.get(sourceId)].filter((source) => source !== undefined)
    : (look.sourcesByName.get(sourceName ?? '') ?? []);

/** By the judge that `apply` asks; then what a new job would meet. */
function judge(
  batch: string,
  server: PlannedServer,
  {
    found,
    twin,
    jobs,
    end,
  }: { found: SourceFacts[]; twin?: string; jobs: JudgedJob[]; end: EndInBatch | undefined },
  look: AccountLook,
  now: number,
): Judgement {
  const { running = [], migrations = [] } = look.earlier ?? {};
  const ids = found.map(({ sourceId }) => sourceId);
  const isMeant = (id: string | undefined) =>
    id !== undefined && (ids.includes(id) || id === server.sourceId);
  const verdict = judgeSource({
    batch,
    server,
    found: ids,
    twin,
    ledger: look.ledger.get(ids[0] ?? ''),
    jobs,
    running:
      running.find((one) => one.server === server.name) ?? running.find((one) => isMeant(one.sourceId)),
    migrations: migrations.filter((one) => one.server === server.name || isMeant(one.sourceId)),
  });
  const [source] = found;
  if (end && isDecided(end, verdict.verdict)) return { verdict: 'nothing', ...end, notes: [] };
  switch (verdict.verdict) {
    case 'blocked':
      return { verdict: 'blocked', troubles: [verdict.trouble], notes: [] };
    case 'migrated': {
      const { entry, about } = verdict;
      return { verdict: 'skip', ...entry, notes: about ? [{ code: 'source-gone', message: about }] : [] };
    }
    case 'underWay': {
      const { jobId, status } = verdict.job ?? {};
      return { verdict: 'adopt', jobId, status, notes: [{ code: 'under-way', message: underWay }] };
    }
    case 'occupied':
      return { verdict: 'blocked', troubles: [otherJob(source!, verdict.job)], notes: [] };
    case 'adopt': {
      const { jobId, status } = verdict.job;
      if (status === 'Deleting') return newJob(server, source!, jobs, look, now);
      const notes: Note[] =
        source!.trouble && status !== 'Finished'
          ? [{ code: 'source-trouble', message: source!.trouble.message }]
          : [];
      return { verdict: 'adopt', jobId, status, notes };
    }
    case 'create':
      return newJob(server, source!, jobs, look, now);
  }
}

const declared = (image: string): Judgement => ({
  verdict: 'skip',
  batch: '',
  image,
  notes: [{ code: 'declared', message: 'as the plan declares it (done)' }],
});

const underWay = 'its workflow is at work, and is joined';

function newJob(
  server: PlannedServer,
  source: SourceFacts,
  jobs: JudgedJob[],
  look: AccountLook,
  now: number,
): Judgement {
  const troubles = [...(source.trouble ? [source.trouble] : []), ...settingTroubles(server, source, look)];
  const leaving = jobs.some(({ status, sourceId }) => status === 'Deleting' && sourceId === source.sourceId);
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

function otherJob({ sourceId }: SourceFacts, { jobId, status, owner }: JudgedJob): Trouble {
  const whose = owner ? `, of batch ${owner.batch}` : ', which is not of smc-batch';
  return troubleOf(
    'SourceServer.InUse',
    `source server ${sourceId} has replication job ${jobId} (${status})${whose}`,
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
