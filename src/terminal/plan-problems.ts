import { formatProblems, type PlanProblem } from '../plan';
import { colors, columnsOf } from './output';

// Ten thousand servers may have ten thousand problems: too many to read in a terminal.
const mostShown = 50;

/** Shows on stderr what is wrong with a plan, and before it what it is warned of: each by its own name. */
export function showProblems({
  problems,
  warnings,
  sources,
}: {
  problems: readonly PlanProblem[];
  warnings: readonly PlanProblem[];
  sources: ReadonlyMap<string, string>;
}): void {
  const look = {
    color: colors(process.stderr).isColorSupported,
    limit: mostShown,
    columns: columnsOf(process.stderr),
  };
  for (const [kind, list] of [
    ['warning', warnings],
    ['error', problems],
  ] as const) {
    if (list.length > 0) process.stderr.write(`${formatProblems(list, sources, { ...look, kind })}\n`);
  }
}
