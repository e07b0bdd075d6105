import type {
  FindJobsOfBatchInput,
  JobOfBatch,
  JobsOfBatch,
} from '../../../activities/jobs/find-jobs-of-batch';
import type { SurveyedServer } from '../../../activities/sources/survey-source-servers';
import type { EarlierServers, RunningServer } from '../../../activities/workflows/earlier-servers';
import type { EndedServer } from '../../../activities/workflows/find-ended-servers';
import type { PlannedServer } from '../../../src/plan';
import type { ServerMigrationInput } from '../../../workflows/contract/server-migration';
import type { Job } from '../account/account';
import { carried } from '../clock/carried';
import type { Surroundings } from '../plot/surroundings';
import { migrate } from './migrate';
import { ServerWorkflow } from './server-workflow';

/** So young a thing may not be listed yet, and so long what is gone may be. */
const lateListMs = 2_000;
const recentMs = 600_000;

/** Temporal's servers' workflows: one at a time under one name. Some are hidden from a list for a moment, as they are in truth. */
export class ServerWorkflows {
  /** By name, the newest last. */
  readonly byName = new Map<string, ServerWorkflow[]>();
  readonly open = new Set<ServerWorkflow>();
  started = 0;
  /** Jobs that the last look of a batch has left out. */
  private readonly leftOut = new Map<string, ReadonlySet<string>>();

  constructor(private readonly around: Surroundings) {}

  /** As `startServers` does: the same start gives the same workflow. Undefined where another one of this name runs. */
  start(input: ServerMigrationInput): { runId: string } | undefined {
    const last = this.last(input.batch, input.server);
    if (last?.input.creationId === input.creationId) return { runId: last.runId };
    if (last?.isOpen) return undefined;
    const started = new ServerWorkflow(this.around, input, `r-${++this.started}`);
    const name = nameOf(input.batch, input.server);
    this.byName.set(name, [...(this.byName.get(name) ?? []), started]);
    this.open.add(started);
    started.onClose.push(() => this.open.delete(started));
    return started.begin(migrate(started));
  }

  last = (batch: string, server: string): ServerWorkflow | undefined =>
    this.byName.get(nameOf(batch, server))?.at(-1);

  running(batch: string, server: string): ServerWorkflow | undefined {
    const last = this.last(batch, server);
    return last?.isOpen ? last : undefined;
  }

  /** The workflow that looks after a job. */
  ofJob(job: Job): ServerWorkflow | undefined {
    const running = this.running(job.batch, job.server);
    return running?.job === job ? running : undefined;
  }

  /** As `findNamesake` answers. */
  namesake(batch: string, server: string): RunningServer | undefined {
    const running = this.running(batch, server);
    return running && this.seen(running);
  }

  private answers = () => this.around.random.chance(this.around.talk.answers);

  private seen = ({ input, standing }: ServerWorkflow): RunningServer => ({
    server: input.server,
    sourceId: input.sourceId,
    standing: this.answers() ? carried(standing) : undefined,
  });

  /** As `findEarlierServers` answers. */
  earlier(batch: string, asked: readonly { name: string; sourceId?: string }[]): EarlierServers {
    const { clock, random } = this.around;
    const sourceOf = new Map(asked.map(({ name, sourceId }) => [name, sourceId]));
    const sources = new Set(asked.flatMap(({ sourceId }) => sourceId ?? []));
    const ours = [...this.byName.values()].flat().filter(({ input }) => input.batch === batch);
    const isListed = ({ startedAt }: ServerWorkflow) =>
      clock.now - startedAt > lateListMs || random.chance(0.8);
    const running = ours
      .filter(({ isOpen, input }) => isOpen && (sourceOf.has(input.server) || sources.has(input.sourceId)))
      .filter(isListed)
      .map(this.seen);
    const migrations = ours
      .filter(({ isOpen, isTerminated, result, input, closedAt = 0 }) => {
        if (isOpen || isTerminated || result?.outcome !== 'migrated') return false;
        const { server, sourceId } = input;
        const sourceNow = sourceOf.get(server);
        const isElsewhere = sourceNow === undefined || sourceNow !== sourceId;
        const isOfRenamed = !sourceOf.has(server) && !sources.has(sourceId);
        return sourceOf.has(server) ? clock.now - closedAt < recentMs || isElsewhere : isOfRenamed;
      })
      .sort((a, b) => b.closedAt! - a.closedAt!)
      .map(({ input: { server, sourceId }, result, closedAt }) => ({
        ...{ server, sourceId },
        image: result?.outcome === 'migrated' ? result.imageId : undefined,
        ...(clock.now - closedAt! < recentMs && { isRecent: true as const }),
      }));
    return { running, migrations };
  }

  /** As `findEndedServers` answers. */
  ended(batch: string, servers: readonly string[], joined: readonly string[]): EndedServer[] {
    return servers.flatMap((server): EndedServer[] => {
      const last = this.last(batch, server);
      if (!last?.isOpen) return [{ server, result: last?.result }];
      const isAnswered = joined.includes(server) && this.answers();
      return isAnswered ? [{ server, standing: carried(last.standing) }] : [];
    });
  }

  /** As `surveySourceServers` answers. */
  survey(batch: string, servers: readonly PlannedServer[]): SurveyedServer[] {
    const { account } = this.around;
    const first = new Map<string, string>();
    return servers.map(({ name, sourceId, sourceName }) => {
      const wanted = sourceId ?? sourceName?.replace(/^named-/, '');
      const source = account.sources.get(wanted ?? '');
      if (!source) return { name, found: [], jobs: this.judged((job) => isOwn(job, batch, name)) };
      const twin = first.get(source.sourceId);
      if (twin === undefined) first.set(source.sourceId, name);
      const jobs = this.judged(
        (job) => isOwn(job, batch, name) || (twin === undefined && job.sourceId === source.sourceId),
      );
      const { ledger, diskGiB } = source;
      const found = [source.sourceId];
      return twin !== undefined
        ? { name, found, diskGiB, twin, jobs }
        : { name, found, diskGiB, ledger, jobs };
    });
  }

  private judged(fits: (job: Job) => boolean) {
    return [...this.around.account.jobs.values()].filter(fits).map((job) => ({
      ...{ jobId: job.jobId, status: job.status, sourceId: job.sourceId, image: job.image },
      ...(job.status === 'Running' && { runs: true as const }),
      owner: { batch: job.batch, server: job.server },
    }));
  }

  /** As `findJobsOfBatch` answers; one that was left out once is listed the next time. */
  jobsOfBatch({ batch, expected = [] }: FindJobsOfBatchInput): JobsOfBatch {
    const { account, clock, random, count } = this.around;
    const all = account.jobsOf(batch);
    const hidden = new Set<string>();
    for (const { jobId, createdAt } of all)
      if (
        !this.leftOut.get(batch)?.has(jobId) &&
        (clock.now - createdAt < lateListMs ? random.chance(0.3) : random.chance(0.04))
      )
        hidden.add(jobId);
    if (hidden.size > 0) count('look that leaves a job out');
    this.leftOut.set(batch, hidden);
    const late = account.gone
      .filter(({ job, at }) => job.batch === batch && clock.now - at < lateListMs && random.chance(0.5))
      .map(({ job }) => job);
    const jobs = [...all.filter(({ jobId }) => !hidden.has(jobId)), ...late].map(
      ({ jobId, server, sourceId, status }): JobOfBatch => ({
        ...{ jobId, server, sourceId },
        runs: status === 'Running' || undefined,
      }),
    );
    const listed = new Set(jobs.map(({ jobId }) => jobId));
    const missing = expected.map(({ jobId }) => jobId).filter((jobId) => !listed.has(jobId));
    return { jobs, missing, pollIntervalSeconds: 30 };
  }
}

const nameOf = (batch: string, server: string) => `${batch}/${server}`;
const isOwn = (job: Job, batch: string, server: string) => job.batch === batch && job.server === server;
