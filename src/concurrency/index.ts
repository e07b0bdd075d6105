/** Work on many things whose time goes into waiting: some of them at once. */

/** What the work gives, in the order of the items; at most `most` of them are worked on at the same time. */
export async function someAtOnce<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const workThroughQueue = async () => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: most }, workThroughQueue));
  return results;
}
