/** Seeded source servers whose job lengths the bench knows. */
import type { SimulatorOptions, SourceOptions } from '../src/simulator';

/** The part of the simulator's options that makes a job's length, stated here so that the lengths are known. */
export const jobLength = {
  bandwidthMbps: 100,
  imageMBps: 30,
  preparingSeconds: 120,
  cleaningSeconds: 60,
} satisfies SimulatorOptions;

export type BenchSource = SourceOptions & { name: string; systemDiskGiB: number; usedGiB: number };

/**
 * Many small servers and a few large ones, 10 to 70 GiB used. SMC shows the size of a disk and not what is used of it,
 * which makes the job's length: `share` is what is used of each, or `random` for 20 to 90 %.
 */
export function benchSources(count: number, seed: string, share: number | 'random'): BenchSource[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    // Whole MiB: whole GiB would make many jobs of exactly the same length, which end in the same look.
    const usedGiB = Math.round((10 + 60 * random() ** 2) * 1024) / 1024;
    const used = share === 'random' ? 0.2 + 0.7 * random() : share;
    return {
      name: `server-${String(i + 1).padStart(5, '0')}`,
      systemDiskGiB: Math.ceil(usedGiB / used),
      usedGiB,
    };
  });
}

/** Simulated seconds that a source's job runs. */
export function jobSeconds({ usedGiB }: BenchSource): number {
  const bytes = usedGiB * 2 ** 30;
  const { bandwidthMbps, imageMBps, preparingSeconds, cleaningSeconds } = jobLength;
  return preparingSeconds + (bytes * 8) / (bandwidthMbps * 1e6) + bytes / (imageMBps * 1e6) + cleaningSeconds;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seededRandom(seed: string): () => number {
  let state = 0;
  for (const letter of seed) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
