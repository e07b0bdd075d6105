import type { ServerResult } from '../../../workflows/contract/server-messages';
import type { Job } from '../account/account';
import type { Process } from '../clock/clock';
import { failure, full, Refused } from './job-end';
import type { ServerWorkflow } from './server-workflow';

/** Gives the server's job, or how it ends without one. */
export function* create(me: ServerWorkflow): Process<Job | ServerResult> {
  for (let looks = 1; ; looks++) {
    yield* me.call();
    const made = createOrAdopt(me, looks);
    if (made === 'quota') yield* me.ask(undefined, { refused: full });
    else if (made === 'busy') yield { at: me.around.clock.now + 5_000 };
    else return made;
  }
}

/** What the activity does: adopts what is ours, refuses what is done, leaves what is another's, creates. */
function createOrAdopt(me: ServerWorkflow, looks: number): Job | ServerResult | 'quota' | 'busy' {
  const { account } = me.around;
  const { batch, server, sourceId, knownJobId, job: settings } = me.input;
  const onSource = [...account.jobs.values()].filter((job) => job.sourceId === sourceId);
  const ours = onSource.filter(
    (job) =>
      job.status !== 'Deleting' &&
      (job.jobId === knownJobId || (job.batch === batch && job.server === server)),
  );
  const own = ours.find(({ status }) => status === 'Finished') ?? ours.at(-1);
  const ledger = account.sources.get(sourceId)?.ledger;
  if (ledger && own?.status !== 'Finished') {
    const leftover = own && ({ jobId: own.jobId, why: 'notTakenUp' } as const);
    return { outcome: 'skipped', note: 'migrated before', imageId: ledger.image, leftover };
  }
  if (own) {
    me.around.count('job adopted');
    return own;
  }
  const done = onSource.find(({ status }) => status === 'Finished');
  if (done && !own) return { outcome: 'skipped', note: 'migrated before', imageId: done.image };
  const isOthers = onSource.length > 0;
  if (isOthers && looks < 4) return 'busy';
  const made = account.create(batch, server, sourceId, settings.runOnce === false);
  if (made === 'quota') return made;
  if (typeof made === 'string') throw new Refused(failure('SourceServer.InUse'));
  return made;
}
