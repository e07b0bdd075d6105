/** The four business statuses of a run, in order. */
export type BusinessStatus = 'Preparing' | 'Syncing' | 'Processing' | 'Cleaning';

/** Milliseconds of each part of a whole run. */
export interface RunLengths {
  preparing: number;
  syncing: number;
  processing: number;
  cleaning: number;
}

/** The effect of a job fault on a run, and the progress at which it comes. */
export type RunBreak = { atProgress: number } & (
  | { kind: 'inError'; errorCode: string; statusInfo?: string }
  | { kind: 'stall'; forMs?: number }
);

/** A run of a job. It is planned to its end when it starts. Times in virtual ms. */
export interface RunPlan extends RunLengths {
  type: 'Manual' | 'Schedule';
  /** It is the last run of an incremental job: its cut-over. */
  final: boolean;
  startedAt: number;
  /** The share of the transfer that earlier, broken runs have done. */
  fromShare: number;
  break?: RunBreak;
  /** Absent when the run stalls for ever. */
  endsAt?: number;
}

// Where each part of a run ends, in percent of the job's Progress.
const preparedAt = 2;
const syncedAt = 90;
const processedAt = 98;

/** A run from now on: it transfers what earlier runs have not. */
export function planRun(
  lengths: RunLengths,
  run: { type: RunPlan['type']; final: boolean; startedAt: number; fromShare: number; break?: RunBreak },
): RunPlan {
  const plan: RunPlan = { ...lengths, syncing: lengths.syncing * (1 - run.fromShare), ...run };
  const whole = plan.preparing + plan.syncing + plan.processing + plan.cleaning;
  if (run.break?.kind === 'inError') plan.endsAt = plan.startedAt + offsetOf(plan, run.break.atProgress);
  else if (run.break?.kind !== 'stall') plan.endsAt = plan.startedAt + whole;
  else if (run.break.forMs !== undefined) plan.endsAt = plan.startedAt + whole + run.break.forMs;
  return plan;
}

/** The part of the run at this time. */
export function businessStatusAt(plan: RunPlan, now: number): BusinessStatus {
  const done = elapsed(plan, now);
  if (done < plan.preparing) return 'Preparing';
  if (done < plan.preparing + plan.syncing) return 'Syncing';
  return done < plan.preparing + plan.syncing + plan.processing ? 'Processing' : 'Cleaning';
}

/** Progress in percent, two digits; a run that resumes a transfer begins where the last one broke. */
export function progressAt(plan: RunPlan, now: number): number {
  const resumed = plan.fromShare > 0 ? preparedAt + (syncedAt - preparedAt) * plan.fromShare : 0;
  return Math.round(Math.max(resumed, nominalProgress(plan, now)) * 100) / 100;
}

/** The share of the transfer that is done at this time. */
export function transferredAt(plan: RunPlan, now: number): number {
  return plan.fromShare + (1 - plan.fromShare) * portion(elapsed(plan, now) - plan.preparing, plan.syncing);
}

function nominalProgress(plan: RunPlan, now: number): number {
  const done = elapsed(plan, now);
  if (done < plan.preparing) return preparedAt * portion(done, plan.preparing);
  let rest = done - plan.preparing;
  if (rest < plan.syncing) return preparedAt + (syncedAt - preparedAt) * transferredAt(plan, now);
  rest -= plan.syncing;
  if (rest < plan.processing) return syncedAt + (processedAt - syncedAt) * portion(rest, plan.processing);
  return processedAt + (100 - processedAt) * portion(rest - plan.processing, plan.cleaning);
}

/** Milliseconds of the run without the time of a stall. */
function elapsed(plan: RunPlan, now: number): number {
  const passed = Math.max(0, now - plan.startedAt);
  if (plan.break?.kind !== 'stall') return passed;
  const stalled = offsetOf(plan, plan.break.atProgress);
  return passed <= stalled
    ? passed
    : Math.max(stalled, passed - (plan.break.forMs ?? Number.POSITIVE_INFINITY));
}

/** Milliseconds from the start of the run to this progress. */
function offsetOf(plan: RunPlan, progress: number): number {
  const { preparing, syncing, processing, cleaning, fromShare } = plan;
  if (progress <= preparedAt) return preparing * (Math.max(0, progress) / preparedAt);
  if (progress <= syncedAt) {
    const share = (progress - preparedAt) / (syncedAt - preparedAt);
    return preparing + syncing * portion(share - fromShare, 1 - fromShare);
  }
  if (progress <= processedAt)
    return preparing + syncing + processing * ((progress - syncedAt) / (processedAt - syncedAt));
  return (
    preparing + syncing + processing + cleaning * Math.min(1, (progress - processedAt) / (100 - processedAt))
  );
}

const portion = (part: number, whole: number) =>
  whole <= 0 ? (part >= 0 ? 1 : 0) : Math.min(1, Math.max(0, part / whole));
