import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A worker in the process that hosts those of all tests. */
export interface HostedWorker {
  /** Shuts it down as SIGTERM would; resolves when it has ended, or says that it does not. */
  end(): Promise<void>;
}

/** Starts a worker as it would be in a process with this environment; resolves when it is connected. */
export async function startHostedWorker(env: Record<string, string>): Promise<HostedWorker> {
  const work = request(process.env.TEST_WORKER_HOST!, { method: 'POST', agent: false });
  work.write(`${JSON.stringify(env)}\n`);
  const [answer] = (await once(work, 'response')) as [IncomingMessage];
  let said = '';
  answer.setEncoding('utf8');
  const ended = once(answer, 'close');
  const connected = new Promise<void>((resolve) => {
    answer.on('data', (chunk) => {
      said += chunk;
      if (said.startsWith('connected')) resolve();
    });
  });
  await Promise.race([
    connected,
    ended.then(() => {
      throw new Error(`the worker has ended: ${said}`);
    }),
  ]);
  let isAsked = false;
  void ended.then(() => {
    if (!isAsked) console.error(`A hosted worker has ended by itself: ${said}`);
  });
  return {
    async end() {
      isAsked = true;
      work.end();
      const patience = new AbortController();
      const late = sleep(10_000, undefined, { signal: patience.signal }).then(
        () => console.error('A hosted worker works on though it was shut down 10 s ago.'),
        () => undefined,
      );
      await Promise.race([ended, late]);
      patience.abort();
    },
  };
}
