import { once } from 'node:events';
import { constants } from 'node:os';

/** Ctrl-C, what `kill` and a service manager send, and the terminal that is closed. */
const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Aborts on the first signal, so that the command ends in order; with `view`, also once its reader has gone. A second
 * signal exits at once, and ends what must not outlive this process.
 */
export function interruptSignal(view?: NodeJS.WriteStream): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let asked = false;
  const ask = (name: NodeJS.Signals) => {
    // A closed terminal is told by the shell and by the kernel: that is one asking.
    if (asked && name === 'SIGHUP') return;
    if (asked) process.exit(128 + constants.signals[name]);
    asked = true;
    controller.abort();
  };
  const abort = () => controller.abort();
  for (const name of signals) process.on(name, ask);
  view?.once('error', abort);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of signals) process.off(name, ask);
      view?.off('error', abort);
    },
  };
}

/** Resolves once it is aborted. */
export const untilAborted = (signal: AbortSignal): Promise<unknown> =>
  signal.aborted ? Promise.resolve() : once(signal, 'abort');
