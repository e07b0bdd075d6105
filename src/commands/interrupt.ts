import { constants } from 'node:os';

/**
 * Aborts on the first Ctrl-C or SIGTERM, to leave without harm; with `view`, also once nobody reads that any more.
 * Who asks a second time does not want to wait: it exits at once, and what must not outlive us goes with it.
 */
export function interruptSignal(view?: NodeJS.WriteStream): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let asked = false;
  const ask = (name: NodeJS.Signals) => {
    if (asked) process.exit(128 + constants.signals[name]);
    asked = true;
    controller.abort();
  };
  const abort = () => controller.abort();
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  view?.once('error', abort);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', ask);
      process.off('SIGTERM', ask);
      view?.off('error', abort);
    },
  };
}
