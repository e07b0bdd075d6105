import { temporalSettings, workerSettings } from '../../temporal';
import { interruptSignal } from '../../terminal/interrupt';
import { sayAside } from '../../terminal/output';
import { runWorker } from './run-worker';

/** Runs a worker until a signal ends it. */
export async function worker(): Promise<void> {
  const interrupt = interruptSignal();
  const settings = { temporal: temporalSettings(), smc: workerSettings(), logLevel: 'info' as const };
  await runWorker(settings, interrupt.signal, sayAside).finally(interrupt.dispose);
}
