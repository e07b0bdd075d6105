import { sleep } from '@temporalio/workflow';
import type { BatchRun } from './batch-run';

/** One timer at a time: an earlier one finds out by itself that there is more to wait for. */
export function wakeAt(run: BatchRun, at: number): void {
  if (run.wakeAt !== undefined && run.wakeAt <= at) return;
  run.wakeAt = at;
  void sleep(Math.max(1, at - Date.now()), { summary: `until ${new Date(at).toISOString()}` }).then(() => {
    if (run.wakeAt === at) run.wakeAt = undefined;
    run.changed = true;
  });
}
