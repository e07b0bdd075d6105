/** A repeatable stream of numbers in [0, 1): the same seed gives the same stream (mulberry32). */
export function seededRandom(seed: string | number): () => number {
  let state = hash32(String(seed));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const idAlphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** An id like those of the cloud (`j-bp1…`), made from seed, kind and number alone: the same seed gives the same ids. */
export function seededId(prefix: string, seed: string | number, number: number): string {
  const random = seededRandom(`${seed}/${prefix}/${number}`);
  let id = `${prefix}-bp1`;
  for (let i = 0; i < 17; i++) id += idAlphabet[Math.floor(random() * idAlphabet.length)];
  return id;
}

/** FNV-1a, then mixed once more: similar seeds must not give similar streams. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) | 0;
}
