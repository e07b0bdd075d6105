/**
 * The processor time that one piece of work at its large size takes, as a multiple of the small one.
 * The small one is done `repeats` times, so that both last about as long and a busy machine slows both alike;
 * of each the best of three turns counts. Processor time, because how long a thing takes depends on what else the
 * machine does.
 */
export async function growth(
  [small, large]: [number, number],
  work: (size: number) => unknown,
  repeats = Math.round(large / small),
): Promise<number> {
  const best = { small: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY };
  const smallOnes = async () => {
    for (let i = 0; i < repeats; i++) await work(small);
  };
  for (let turn = 0; turn < 3; turn++) {
    best.small = Math.min(best.small, (await processorMs(smallOnes)) / repeats);
    best.large = Math.min(best.large, await processorMs(() => work(large)));
  }
  return best.large / best.small;
}

async function processorMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
