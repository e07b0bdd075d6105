/** The batch's lease of the account's quota: its slots, its reports, its limit after refusals, and the slots of syncs. */
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
