import type { ForeignJobs, OfflineWindow, ResolvedFaults } from '../faults/faults';
import type { SimulatedJob } from '../jobs/replication-job';
import type { SimulatedAccount, SimulatedImage } from './account';
import type { AuditRecord } from './audit-record';
import type { SimulatedSource } from './source-server';

/** The state of an account that its file keeps; plain data. */
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

/** The state of the account now. It shares its objects with the account: write it to the file before anything changes. */
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

/** Puts sources, jobs and images into a restored account. Its clock, numbers and audit were restored before. */
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
