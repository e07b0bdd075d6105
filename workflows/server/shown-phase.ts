import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { smcPhase } from '../contract/search-attributes';

/**
 * Sets what the Temporal UI shows: the details on the server's page, and the phase, by which its list can be filtered. The
 * phase costs an event in the history.
 */
export function showPhase(phase: string, details?: string): void {
  upsertSearchAttributes([{ key: smcPhase, value: phase }]);
  setCurrentDetails(`${phase}${details ? `\n\n${details}` : ''}`);
}

/** Sets only the details on the server's page, which costs no event. */
export function showDetails(phase: string, details: string): void {
  setCurrentDetails(`${phase}\n\n${details}`);
}
