import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { DevServer } from '../../../src/temporal';

export default async function stopTemporal(): Promise<void> {
  const { workerHost, temporalServer } = globalThis as {
    workerHost?: ChildProcess;
    temporalServer?: DevServer;
  };
  if (workerHost) {
    const exited = once(workerHost, 'exit');
    workerHost.kill('SIGKILL');
    await exited;
  }
  await temporalServer?.stop();
}
