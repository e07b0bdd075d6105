import { setTimeout as sleep } from 'node:timers/promises';
import { type SmcClient, SmcError } from '../../smc';
import { failureText } from '../../text';

/** The first and the longest delay between two tries. */
const delayMs = { first: 2_000, longest: 20_000 };

/**
 * Waits until one call of this worker has succeeded: a worker whose calls the account refuses would take work from workers
 * whose calls it accepts. `say` is called with each new reason. Gives false when the signal ends the wait.
 * SMC: DescribeReplicationJobs.
 */
export async function untilAccountWorks(
  smc: Pick<SmcClient, 'describeReplicationJobs'>,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<boolean> {
  let reportedCode: string | undefined;
  for (let waitMs = delayMs.first; !signal.aborted; waitMs = Math.min(1.5 * waitMs, delayMs.longest)) {
    const error = await refusalOf(smc, signal);
    if (signal.aborted) return false;
    if (!error) {
      if (reportedCode) say("This worker's calls to the SMC API succeed now: it takes work.");
      return true;
    }
    if (reportedCode !== error.code)
      say(
        `This worker's calls to the SMC API fail. It takes no work yet, and tries again: ${failureText(error)}`,
      );
    reportedCode = error.code;
    await sleep(waitMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** The refusal of the call; throttling is none, because it says nothing about this worker's credentials. */
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
