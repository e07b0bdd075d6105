import type { ForeignJobs, OfflineWindow, ResolvedFaults } from '../faults/faults';
import type { SimulatedJob } from '../jobs/replication-job';
import type { SimulatedAccount, SimulatedImage } from './account';
import type { AuditRecord } from './audit-record';
import type { SimulatedSource } from './source-server';

/** Everything of an account that outlives its process; plain data. */
export interface AccountState {
  epoch: number;
  virtualNow: number;
  numbers: Record<string, number>;
  sources: SimulatedSource[];
  jobs: SimulatedJob[];
  images: SimulatedImage[];
  clientTokens: [string, { request: string; jobId: string }][];
  offlineWindows: [string, OfflineWindow[]][];
  foreignSteps: ForeignJobs[];
  faultCounts: Record<string, number>;
  record: AuditRecord;
  faults: ResolvedFaults;
}

/** The account as it is now. It shares what it holds with the account: write it down before anything else happens. */
export function stateOf(account: SimulatedAccount): AccountState {
  return {
    virtualNow: account.now(),
    epoch: account.epoch,
    numbers: account.numbers,
    sources: [...account.sources.values()],
    jobs: [...account.jobs.values()],
    images: [...account.images.values()],
    clientTokens: [...account.clientTokens],
    offlineWindows: [...account.offlineWindows],
    foreignSteps: account.foreignSteps,
    faultCounts: account.faultCounts,
    record: account.record,
    faults: account.faultEngine.faults,
  };
}

/** Fills an empty account. Its clock, numbers, counts and record it has from the state already. */
export function restoreState(account: SimulatedAccount, state: AccountState): void {
  for (const source of state.sources) account.putSource(source);
  for (const job of state.jobs) account.putJob(job);
  for (const image of state.images) {
    account.images.set(image.imageId, image);
    account.imageNames.add(`${image.regionId}/${image.name}`);
  }
  for (const [token, made] of state.clientTokens) account.clientTokens.set(token, made);
  for (const [sourceId, windows] of state.offlineWindows) account.offlineWindows.set(sourceId, windows);
  account.setForeignJobs(state.foreignSteps);
}
