import type { Plan } from '../../../src/plan';
import type { BatchHost } from '../batch/batch-host';
import type { QuotaHost } from '../quota/quota-host';
import type { ServerWorkflows } from '../server/workflows';
import type { Mood } from './mood';
import type { Surroundings } from './surroundings';

/** All that there is in a story: who makes trouble, tends the batches, or judges them, looks at it. */
export interface World extends Surroundings {
  readonly mood: Mood;
  readonly batches: ReadonlyMap<string, BatchHost>;
  readonly workflows: ServerWorkflows;
  readonly quota: QuotaHost;
  /** There is no trouble any more. */
  readonly isCalm: boolean;
  /** Prints a line, where somebody follows the story. */
  readonly trace?: (line: string) => void;
  /** Applies a plan, a new one unless it is given. */
  apply(name: string, plan?: Plan): void;
  /** What stands where, for a message. */
  describe(): string;
}
