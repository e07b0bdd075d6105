import type { ReportServer } from '../report-schema';

/** The number of servers under way from `at` on (milliseconds since the epoch). */
export interface Step {
  at: number;
  count: number;
}

/** The number of servers under way over time, as steps; a server that has not ended counts to `until`. */
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

/** The time in which a server was under way; undefined when it never started. */
export function spanOf({ startedAt, endedAt }: ReportServer, until: number) {
  if (!startedAt) return undefined;
  const from = Date.parse(startedAt);
  return { from, to: Math.max(from, endedAt ? Date.parse(endedAt) : until) };
}

/** Server-milliseconds under the steps. */
export function areaOf(steps: Step[]): number {
  return steps.reduce((sum, { at, count }, i) => sum + count * ((steps[i + 1]?.at ?? at) - at), 0);
}
