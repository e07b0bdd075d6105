/** Remembers nonces for at least so long (real time). It keeps two sets that replace each other, and needs no timer. */
export function rememberNonces(keepMs: number): { isNew(nonce: string): boolean } {
  let current = new Set<string>();
  let previous = new Set<string>();
  let since = Date.now();
  return {
    isNew(nonce) {
      if (Date.now() - since > keepMs) {
        previous = current;
        current = new Set();
        since = Date.now();
      }
      if (current.has(nonce) || previous.has(nonce)) return false;
      current.add(nonce);
      return true;
    },
  };
}
