/** Aborts on the first Ctrl-C or SIGTERM, to leave without harm; with `view`, also once nobody reads that any more. */
export function interruptSignal(view?: NodeJS.WriteStream): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  view?.once('error', abort);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', abort);
      process.off('SIGTERM', abort);
      view?.off('error', abort);
    },
  };
}
