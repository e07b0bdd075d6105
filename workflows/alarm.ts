import { sleep } from '@temporalio/workflow';
import { inUtc } from './in-utc';

/**
 * Wakes a workflow's loop at a time: `ring` is called then. There is one timer for the earliest time; when it rings, the loop
 * asks for the next time.
 */
export function alarm(ring: () => void): (at: number | undefined) => void {
  let set: number | undefined;
  return (at) => {
    if (at === undefined || (set !== undefined && set <= at)) return;
    set = at;
    void sleep(Math.max(1, at - Date.now()), { summary: inUtc(`until ${new Date(at).toISOString()}`) }).then(
      () => {
        if (set === at) set = undefined;
        ring();
      },
    );
  };
}
