import type { PlanChanges } from '../../workflows/contract/orders';
import type { ServerView } from '../../workflows/contract/views';
import { smcBatchCommand } from '../text';

/** A batch of the plan's name that runs: `apply` joins it, and starts nothing again that has ended in it. */
export interface RunningBatch {
  /** What the plan would change in it; `apply` refuses a plan with changes that are not possible. */
  changes: PlanChanges;
  /** Its servers that have ended. */
  ended: Pick<ServerView, 'server' | 'phase' | 'error'>[];
}

/** How a server has ended in the running batch, and the order that starts it again. */
export interface EndInBatch {
  phase: 'failed' | 'cancelled' | 'skipped' | 'migrated';
  /** The API's code of a failure. */
  code?: string;
  next?: string;
}

/** How servers of a running batch have ended: they stay so, whatever plan is applied, until an order starts them again. */
export function endsInBatch(batch: string, { ended }: RunningBatch): Map<string, EndInBatch> {
  return new Map(
    ended.flatMap(({ server, phase, error }): [string, EndInBatch][] => {
      if (phase === 'migrated' || phase === 'skipped') return [[server, { phase }]];
      if (phase !== 'failed' && phase !== 'cancelled') return [];
      return [[server, { phase, code: error?.code, next: smcBatchCommand('retry', [batch, server]) }]];
    }),
  );
}

/** Whether the running batch decides about a server, and not its source: its failure, cancel or skip stands. */
export const isDecided = ({ phase }: EndInBatch, verdict: string) =>
  verdict !== 'migrated' &&
  verdict !== 'underWay' &&
  (verdict !== 'blocked' || phase === 'failed' || phase === 'cancelled');
