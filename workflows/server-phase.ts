import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { smcPhase } from './search-attributes';

/** What the operator reads in the Temporal UI: the phase in the list, the details on the page. */
export function enter(phase: string, details?: string): void {
  upsertSearchAttributes([{ key: smcPhase, value: phase }]);
  setCurrentDetails(`${phase}${details ? `\n\n${details}` : ''}`);
}
