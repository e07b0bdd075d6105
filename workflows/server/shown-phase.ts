import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { smcPhase } from '../contract/search-attributes';

/**
 * What the operator reads in the Temporal UI: the details on the server's page, and the phase its list can be filtered
 * by, which costs an event in its history.
 */
export function showPhase(phase: string, details?: string): void {
  upsertSearchAttributes([{ key: smcPhase, value: phase }]);
  setCurrentDetails(`${phase}${details ? `\n\n${details}` : ''}`);
}

/** Changes the details on the server's page alone, which costs no event. */
export function showDetails(phase: string, details: string): void {
  setCurrentDetails(`${phase}\n\n${details}`);
}
