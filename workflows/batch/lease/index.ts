/** A batch's side of its lease of the account's quota: what it holds, what it tells, what refusals hold back, when syncs count. */
export {
  type LeaseHolding,
  lostReport,
  nextReport,
  noLease,
  type ReportFacts,
  receivedReport,
  takeAsk,
  takeLease,
  usableSlots,
  withUrgent,
} from './lease';
export {
  afterRefusal,
  afterSuccess,
  heldSlots,
  type RefusalHold,
  refusalReason,
  releasedHold,
  trialEnd,
} from './refusal-hold';
export { type Sync, syncHoldsSlotFrom, takeSync } from './syncs';
