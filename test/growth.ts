/**
 * The processor time that work at its large size takes, as a multiple of the small one: of the small one the best
 * of three runs, of the large one of two, in turns. Processor time, because how long a thing takes depends on what else the machine does.
 */
export async function growth(
  [small, large]: [number, number],
  work: (size: number) => unknown,
): Promise<number> {
  const best = { small: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY };
  for (let turn = 0; turn < 3; turn++) {
    best.small = Math.min(best.small, await processorMs(() => work(small)));
    if (turn < 2) best.large = Math.min(best.large, await processorMs(() => work(large)));
  }
  return best.large / best.small;
}

async function processorMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
