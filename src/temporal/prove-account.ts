import { setTimeout as sleep } from 'node:timers/promises';
import { type SmcClient, SmcError } from '../smc';
import { failureText } from '../text';

/** The first repetition, and the longest. */
const delayMs = { first: 2_000, longest: 20_000 };

/**
 * Waits until one call of this worker's own has succeeded, one that needs no more than its work does: a worker that the
 * account refuses would only keep work from those that it lets in. Tells each new reason why it has to wait. Gives false
 * when the signal ends the wait. SMC: DescribeReplicationJobs.
 */
export async function untilAccountWorks(
  smc: Pick<SmcClient, 'describeReplicationJobs'>,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<boolean> {
  let told: string | undefined;
  for (let waitMs = delayMs.first; !signal.aborted; waitMs = Math.min(1.5 * waitMs, delayMs.longest)) {
    const error = await refusalOf(smc, signal);
    if (signal.aborted) return false;
    if (!error) {
      if (told) say('The SMC API works for this worker now: it takes work.');
      return true;
    }
    if (told !== error.code)
      say(
        `The SMC API does not work for this worker, so it takes no work yet and tries again: ${failureText({ ...error.facts, remedy: error.remedy })}`,
      );
    told = error.code;
    await sleep(waitMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** Being called too often is no refusal of who calls. */
async function refusalOf(
  smc: Pick<SmcClient, 'describeReplicationJobs'>,
  signal: AbortSignal,
): Promise<SmcError | undefined> {
  try {
    await smc.describeReplicationJobs({ pageSize: 1 }, { signal });
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof SmcError)) throw error;
    return error.class === 'throttled' ? undefined : error;
  }
}
