import type { ReportServer } from './report-schema';

/** From `at` (milliseconds since the epoch) on, so many servers are under way. */
export interface Step {
  at: number;
  count: number;
}

/** How many servers are under way at the same time, as steps; `until` closes those that have not ended. */
export function serversUnderWay(servers: ReportServer[], until: number): Step[] {
  const changes = new Map<number, number>();
  const change = (at: number, by: number) => changes.set(at, (changes.get(at) ?? 0) + by);
  for (const server of servers) {
    const span = spanOf(server, until);
    if (!span) continue;
    change(span.from, 1);
    change(span.to, -1);
  }
  let count = 0;
  return [...changes]
    .sort(([a], [b]) => a - b)
    .map(([at, by]) => {
      count += by;
      return { at, count };
    });
}

/** When a server was under way; undefined when it never started. */
export function spanOf({ startedAt, endedAt }: ReportServer, until: number) {
  if (!startedAt) return undefined;
  const from = Date.parse(startedAt);
  return { from, to: Math.max(from, endedAt ? Date.parse(endedAt) : until) };
}

/** Server-milliseconds under the steps. */
export function areaOf(steps: Step[]): number {
  return steps.reduce((sum, { at, count }, i) => sum + count * ((steps[i + 1]?.at ?? at) - at), 0);
}
