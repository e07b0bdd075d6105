import type { PlanChanges } from '../../workflows/contract/orders';
import type { Costs, Prices } from '../costs';
import type { Account, Plan } from '../plan';
import type { SmcClient } from '../smc';
import { type AccountJobs, accountJobs, takenFrom } from './account-jobs';
import { type AccountLook, lookAtAccount } from './account-look';
import { type Forecast, forecast } from './forecast';
import { previewCosts } from './preview-costs';
import { type ServerPreview, serverPreviews } from './server-preview';
import type { Warning } from './warning';
import { warnings } from './warnings';
import { type WindowAhead, windowsAhead } from './windows-ahead';

/** What `apply` would do with a plan right now. Plain JSON: `preview -o json` prints it as it is. */
export interface Preview {
  batch: string;
  /** Present where the batch runs: `apply` joins it, and this is what the plan would change in it. */
  running?: PlanChanges;
  account: Account & { jobs: AccountJobs };
  counts: Record<ServerPreview['verdict'], number>;
  /** In the plan's order. */
  servers: ServerPreview[];
  warnings: Warning[];
  /** The windows of the waves that have one. */
  windows: WindowAhead[];
  forecast: Forecast;
  costs: Costs;
}

/**
 * Looks at the account and judges the plan by it; changes nothing. Rejects with an SmcError when the account cannot
 * be read. `look` saves reading it again.
 */
export async function previewPlan(
  smc: SmcClient,
  plan: Plan,
  {
    pollIntervalSeconds,
    look,
    prices,
    now = Date.now(),
  }: { pollIntervalSeconds: number; look?: AccountLook; prices?: Prices; now?: number },
): Promise<Preview> {
  const seen = look ?? (await lookAtAccount(smc, plan));
  const servers = serverPreviews(plan, seen, now);
  const jobs = accountJobs(plan.name, servers, seen);
  const taken = takenFrom(jobs);
  const { quota } = plan.account;
  const { maxConcurrent } = plan.policy;
  const limits = [
    { setting: 'policy.maxConcurrent', value: maxConcurrent, free: maxConcurrent },
    { setting: 'account.quota.running', value: quota.running, free: quota.running - taken.running },
    { setting: 'account.quota.jobs', value: quota.jobs, free: quota.jobs - taken.existing },
  ];
  const expected = forecast(plan, servers, seen, { limits, pollIntervalSeconds, now });
  const counts = { create: 0, adopt: 0, skip: 0, blocked: 0, nothing: 0 };
  for (const { verdict } of servers) counts[verdict]++;
  return {
    batch: plan.name,
    ...(seen.batch && { running: seen.batch.changes }),
    account: { ...plan.account, jobs },
    counts,
    servers,
    warnings: warnings(plan, servers, expected, jobs, now),
    windows: windowsAhead(plan, now),
    forecast: expected,
    costs: previewCosts(plan, servers, seen, expected, prices),
  };
}
