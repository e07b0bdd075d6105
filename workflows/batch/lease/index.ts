/**
 * The account's quota, dealt in leases of whole batches: the workflow that deals (`workflow.ts`, and the pure functions that
 * decide for it), and a batch's side of its lease (`lease.ts`, `refusal-hold.ts`, `syncs.ts`).
 */
export {
  type LeaseHolding,
  nextReport,
  noLease,
  type QuotaNeeds,
  receivedReport,
  takeAsk,
  takeLease,
  usableSlots,
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
