import type { SimulatedAccount } from '../account/account';
import type { DueEntry } from '../account/agenda';
import { followForeignJobs } from '../account/foreign-jobs';
import { type SimulatedSource, sourceState } from '../account/source-server';
import { makeImage } from './images';
import type { SimulatedJob } from './replication-job';
import { runLengths } from './run-lengths';
import { businessStatusAt, planRun, progressAt, type RunPlan, transferredAt } from './run-plan';

const day = 86_400_000;
/** A scheduled run tries again after this while the running quota is full. */
const postponeMs = 60_000;

/** Carries out an event of the agenda. */
export function happen(account: SimulatedAccount, entry: DueEntry): void {
  const job = account.jobs.get(entry.owner);
  const source = account.sources.get(entry.owner);
  if (job) happenToJob(account, job, entry);
  else if (source) happenToSource(account, source, entry);
  else if (entry.kind === 'foreignJobs') followForeignJobs(account);
}

function happenToSource(account: SimulatedAccount, source: SimulatedSource, { kind }: DueEntry): void {
  if (kind === 'gone') account.dropSource(source);
  if (kind === 'offline') goOffline(account, source);
  if (kind === 'online') {
    source.offline = false;
    const next = account.offlineWindows.get(source.sourceId)?.find((window) => window.from > account.time);
    account.schedule(source, 'offline', next?.from);
  }
}

function happenToJob(account: SimulatedAccount, job: SimulatedJob, { kind }: DueEntry): void {
  if (kind === 'runEnd') endRun(account, job);
  if (kind === 'autoStart' && job.status === 'Ready') startByClock(account, job, 'autoStart');
  if (kind === 'nextRun' && job.status === 'Waiting') startByClock(account, job, 'nextRun');
  if (kind === 'expire') expire(account, job);
  if (kind === 'purge' || kind === 'gone') {
    releaseInstance(account, job);
    account.dropJob(job);
  }
}

/** Starts a run; the caller has checked that the quota and the job's status allow it. */
export function startRun(
  account: SimulatedAccount,
  job: SimulatedJob,
  type: RunPlan['type'],
  final = false,
): void {
  const source = account.sources.get(job.sourceId)!;
  const fault = account.faultEngine.onRun(source);
  const broken = fault.break ?? (lacksVpc(account, job) ? vpcBreak : undefined);
  job.instance ??= createInstance(account);
  job.run = planRun(runLengths(account.options, source, job, fault.slower), {
    type,
    final,
    startedAt: account.time,
    fromShare: job.transferredShare,
    break: broken,
  });
  job.startTime = account.time;
  job.endTime = undefined;
  job.errorCode = undefined;
  job.statusInfo = undefined;
  account.schedule(job, 'autoStart', undefined);
  account.schedule(job, 'nextRun', undefined);
  account.schedule(job, 'runEnd', job.run.endsAt);
  account.setStatus(job, 'Running');
}

/** Ends a run before its end: the transferred data and the intermediate instance stay. */
export function breakRun(
  account: SimulatedAccount,
  job: SimulatedJob,
  to: { status: 'Stopped' } | { status: 'InError'; errorCode: string; statusInfo?: string },
): void {
  const run = job.run!;
  job.progress = progressAt(run, account.time);
  job.transferredShare = transferredAt(run, account.time);
  if (to.status === 'InError') {
    job.errorCode = to.errorCode;
    job.statusInfo = to.statusInfo;
  }
  closeRun(account, job);
  account.setStatus(job, to.status);
  // SMC: a job whose ValidTime passes while it runs expires when it no longer runs.
  if (job.settings.validTime <= account.time) expire(account, job);
}

/** Ends a job successfully. */
export function finish(account: SimulatedAccount, job: SimulatedJob): void {
  job.progress = 100;
  job.endTime = account.time;
  for (const kind of ['autoStart', 'nextRun', 'expire'] as const) account.schedule(job, kind, undefined);
  releaseInstance(account, job);
  account.setStatus(job, 'Finished');
}

/** Begins the deletion of a job that does not run; the deletion takes a while. */
export function beginDeletion(account: SimulatedAccount, job: SimulatedJob): void {
  job.due = {};
  releaseInstance(account, job);
  account.setStatus(job, 'Deleting');
  const { deletingSeconds, readLagSeconds } = account.options;
  account.schedule(job, 'gone', account.time + Math.max(deletingSeconds, readLagSeconds) * 1000);
}

/** Plans a job's expiry and its scheduled start from its settings. */
export function planJob(account: SimulatedAccount, job: SimulatedJob): void {
  account.schedule(job, 'expire', job.settings.validTime);
  account.schedule(job, 'autoStart', job.status === 'Ready' ? job.settings.scheduledStartTime : undefined);
}

function endRun(account: SimulatedAccount, job: SimulatedJob): void {
  const run = job.run!;
  if (run.break?.kind === 'inError') {
    const { errorCode, statusInfo } = run.break;
    breakRun(account, job, { status: 'InError', errorCode, statusInfo });
    return;
  }
  closeRun(account, job, makeImage(account, job));
  job.transferredShare = 0;
  job.synced = true;
  if (job.settings.runOnce || run.final) {
    finish(account, job);
    return;
  }
  job.progress = 100;
  account.setStatus(job, 'Waiting');
  const next = run.startedAt + (job.settings.frequency ?? 24) * 3_600_000;
  account.schedule(job, 'nextRun', Math.max(next, account.time));
}

function closeRun(account: SimulatedAccount, job: SimulatedJob, imageId?: string): void {
  const { startedAt, type } = job.run!;
  job.runs.push({ startTime: startedAt, endTime: account.time, type, ...(imageId && { imageId }) });
  job.endTime = account.time;
  job.run = undefined;
  account.schedule(job, 'runEnd', undefined);
}

function startByClock(account: SimulatedAccount, job: SimulatedJob, kind: 'autoStart' | 'nextRun'): void {
  const source = account.sources.get(job.sourceId);
  if (!source || sourceState(source) === 'Unavailable') {
    job.errorCode = 'SourceServer.Offline';
    job.endTime = account.time;
    account.setStatus(job, 'InError');
    if (job.settings.validTime <= account.time) expire(account, job);
  } else if (account.running >= account.options.runningQuota && !mayExceed(account, kind)) {
    account.schedule(job, kind, account.time + postponeMs);
  } else {
    startRun(account, job, 'Schedule');
  }
}

const mayExceed = ({ options }: SimulatedAccount, kind: 'autoStart' | 'nextRun') =>
  options.syncsExceedQuota && kind === 'nextRun';

function expire(account: SimulatedAccount, job: SimulatedJob): void {
  if (!['Ready', 'Stopped', 'InError'].includes(job.status)) return;
  account.schedule(job, 'autoStart', undefined);
  account.schedule(job, 'expire', undefined);
  account.setStatus(job, 'Expired');
  account.schedule(job, 'purge', account.time + 7 * day);
}

function goOffline(account: SimulatedAccount, source: SimulatedSource): void {
  source.offline = true;
  const window = account.offlineWindows
    .get(source.sourceId)
    ?.findLast((candidate) => candidate.from <= account.time);
  account.schedule(source, 'online', window?.to);
  const job = source.liveJobId === undefined ? undefined : account.jobs.get(source.liveJobId);
  if (!job?.run) return;
  // After the transfer the source is no longer needed.
  if (['Preparing', 'Syncing'].includes(businessStatusAt(job.run, account.time)))
    breakRun(account, job, { status: 'InError', errorCode: 'SourceServer.Offline' });
}

function createInstance(account: SimulatedAccount): { instanceId: string; since: number } {
  account.record.instancesCreated++;
  return { instanceId: account.nextId('i'), since: account.time };
}

function releaseInstance(account: SimulatedAccount, job: SimulatedJob): void {
  if (!job.instance) return;
  account.record.instancesReleased++;
  account.record.instanceMs += account.time - job.instance.since;
  job.instance = undefined;
}

const vpcBreak = {
  kind: 'inError',
  atProgress: 1,
  errorCode: 'QuotaExceeded.Vpc',
  statusInfo: JSON.stringify({ error_code: 'QuotaExceeded.Vpc', error_msg: 'VPC quota exceeded.' }),
} as const;

/** Without a vSwitch SMC makes a VPC for the intermediate instance: a region has a quota of VPCs. */
function lacksVpc(account: SimulatedAccount, job: SimulatedJob): boolean {
  const { vpcQuota } = account.options;
  if (vpcQuota === undefined || job.settings.vSwitchId || job.instance) return false;
  const made = account
    .jobList()
    .filter((other) => other.instance && !other.settings.vSwitchId && other.regionId === job.regionId);
  return made.length >= vpcQuota;
}
