import { type ReplicationJob, type SmcClient, SmcError } from '../../src/smc';

/** The result of a poll for a job: the job, nothing when it is not listed, or the error of the poll. */
export type Look = { job: ReplicationJob } | { job?: undefined; error?: SmcError };

/**
 * The poller for all jobs of a worker process. Each poll reads all jobs that activities wait for, fifty in a call: so fifty
 * running jobs cost one DescribeReplicationJobs for each poll.
 */
export interface ReplicationJobPoller {
  /** Resolves with the result of the next poll for the job; rejects when the signal aborts. */
  nextLook(jobId: string, signal: AbortSignal): Promise<Look>;
  close(): void;
}

/** SMC: DescribeReplicationJobs takes 50 job ids and gives 50 jobs per page. */
const chunkSize = 50;

/** A poller that polls every `intervalSeconds` while an activity waits, more slowly while the API throttles. */
export function createReplicationJobPoller(
  smc: Pick<SmcClient, 'describeReplicationJobs'>,
  intervalSeconds: number,
): ReplicationJobPoller {
  const waiting = new Map<string, Set<(look: Look) => void>>();
  let timer: NodeJS.Timeout | undefined;
  let slowDown = 1;

  async function tick(): Promise<void> {
    const startedAt = Date.now();
    const ids = [...waiting.keys()];
    const chunks = Array.from({ length: Math.ceil(ids.length / chunkSize) }, (_, i) =>
      ids.slice(i * chunkSize, (i + 1) * chunkSize),
    );
    const throttled = (await Promise.all(chunks.map(lookAt))).includes('throttled');
    slowDown = throttled ? Math.min(slowDown * 2, 8) : Math.max(slowDown / 2, 1);
    timer = undefined;
    // The interval is from start to start: a status is at most one interval old, however long the answers take.
    if (waiting.size > 0) schedule(intervalSeconds * 1000 * slowDown - (Date.now() - startedAt));
  }

  async function lookAt(jobIds: string[]): Promise<'ok' | 'throttled'> {
    // An answer is only for activities that waited before the call was made.
    const asked = new Map(
      jobIds.map((jobId) => [jobId, waiting.get(jobId) ?? new Set<(look: Look) => void>()]),
    );
    for (const jobId of jobIds) waiting.delete(jobId);
    try {
      const answer = await smc.describeReplicationJobs({ jobIds, pageSize: chunkSize });
      const jobs = new Map(answer.replicationJobs.map((job) => [job.jobId, job]));
      for (const [jobId, listeners] of asked) {
        const job = jobs.get(jobId);
        for (const listener of listeners) listener(job ? { job } : {});
      }
      return 'ok';
    } catch (cause) {
      const error =
        cause instanceof SmcError
          ? cause
          : new SmcError({ code: 'UnreadableAnswer', message: String(cause) }, { cause });
      for (const listeners of asked.values()) for (const listener of listeners) listener({ error });
      return error.class === 'throttled' ? 'throttled' : 'ok';
    }
  }

  function schedule(ms: number): void {
    timer ??= setTimeout(tick, Math.max(ms, 0));
  }

  return {
    nextLook(jobId, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const forget = () => {
          const listeners = waiting.get(jobId);
          listeners?.delete(listen);
          if (listeners?.size === 0) waiting.delete(jobId);
          reject(signal.reason);
        };
        const listen = (look: Look) => {
          signal.removeEventListener('abort', forget);
          resolve(look);
        };
        signal.addEventListener('abort', forget, { once: true });
        const listeners = waiting.get(jobId) ?? new Set();
        waiting.set(jobId, listeners.add(listen));
        schedule(intervalSeconds * 1000);
      });
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      waiting.clear();
    },
  };
}
