import type { ServerResult } from '../../../workflows/contract/server-messages';
import type { Job } from '../account/account';
import type { Process } from '../clock/clock';
import { cleanUp, endWithoutJob } from './clean-up';
import { create } from './create';
import { Cancelled, cancelledOr, type Ended, Refused } from './job-end';
import { runJob } from './run';
import type { ServerWorkflow } from './server-workflow';

/** The migration of one server, from its first call to its last word, as `workflows/server/workflow.ts` goes. */
export function* migrate(me: ServerWorkflow): Process<ServerResult> {
  let ended: Ended | 'cancelled';
  let job: Job;
  try {
    const created = yield* create(me);
    if ('outcome' in created) return yield* endWithoutJob(me, created);
    job = created;
  } catch (error) {
    return yield* endWithoutJob(
      me,
      error instanceof Refused ? { outcome: 'failed', error: error.failure } : cancelledOr(error),
    );
  }
  me.job = job;
  me.stand({ phase: 'migrating', jobId: job.jobId });
  try {
    if (me.isCancelled) throw new Cancelled();
    ended = yield* runJob(me, job);
  } catch (error) {
    if (error instanceof Refused) ended = { end: 'Unknown', error: error.failure };
    else if (error instanceof Cancelled) ended = 'cancelled';
    else throw error;
  }
  const result = yield* cleanUp(me, job, ended);
  // It closes a moment after its last word.
  const { random, clock } = me.around;
  yield { at: clock.now + (random.chance(0.12) ? random.whole(1, 300_000) : random.whole(0, 2_000)) };
  return result;
}
