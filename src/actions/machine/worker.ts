import { temporalSettings, workerSettings } from '../../temporal';
import { installWorkerLog } from '../../temporal/worker';
import { interruptSignal } from '../../terminal/interrupt';
import { sayAside } from '../../terminal/output';
import { runWorker } from './run-worker';

/** Runs a worker until a signal ends it. */
export async function worker(): Promise<void> {
  const interrupt = interruptSignal();
  installWorkerLog();
  await runWorker(temporalSettings(), workerSettings(), interrupt.signal, sayAside).finally(
    interrupt.dispose,
  );
}
