/** A span of time, in milliseconds. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Packs spans into the fewest lanes in which they do not overlap: each takes the first free lane, in the order of their
 * starts. Gives the lane of each span, and the number of lanes.
 */
export function packLanes(spans: Span[]): { laneOf: number[]; lanes: number } {
  const laneOf: number[] = new Array(spans.length).fill(0);
  const busyUntil: number[] = [];
  const order = spans.map((_, i) => i).sort((a, b) => spans[a]!.from - spans[b]!.from);
  for (const i of order) {
    const span = spans[i]!;
    const free = busyUntil.findIndex((until) => until <= span.from);
    const lane = free < 0 ? busyUntil.length : free;
    busyUntil[lane] = span.to;
    laneOf[i] = lane;
  }
  return { laneOf, lanes: busyUntil.length };
}
