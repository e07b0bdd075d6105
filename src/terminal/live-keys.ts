/** Keys of a live view on a terminal: each calls its action, and Ctrl-C is what it always is. */
export function liveKeys(
  actions: Record<string, () => void>,
  stdin: NodeJS.ReadStream = process.stdin,
): { end(): void } {
  const restore = () => void stdin.setRawMode(false);
  const pressed = (typed: Buffer) => {
    for (const key of typed.toString('utf8')) {
      // Raw mode takes the signal away that Ctrl-C would send.
      if (key === '\u0003') process.emit('SIGINT', 'SIGINT');
      else actions[key.toLowerCase()]?.();
    }
  };
  stdin.setRawMode(true);
  stdin.on('data', pressed);
  stdin.resume();
  process.once('exit', restore);
  return {
    end() {
      process.off('exit', restore);
      stdin.off('data', pressed);
      stdin.pause();
      restore();
    },
  };
}
