import { isDeepStrictEqual } from 'node:util';
import type { Batch } from '../../../workflows/batch/state';
import { must } from './violation';

/** A new run knows what the one before has known: of its servers, its plan, its jobs, its orders, its reports. */
export function judgeRenewal(before: Batch, after: Batch): void {
  const [was, is] = [knownOf(before), knownOf(after)];
  for (const [what, known] of Object.entries(was))
    must(
      isDeepStrictEqual(is[what], known),
      'a new run knows what the last one knew',
      () => `${what}: ${JSON.stringify(is[what])}\n  should be\n${JSON.stringify(known)}`,
    );
}

function knownOf({ state }: Batch): Record<string, unknown> {
  const { plan, servers, strays, gates, early, holding, hold, account, journal, measured, announced } = state;
  const records = Object.fromEntries(
    Object.entries(servers).map(([name, { sourceId, ...record }]) => [name, record]),
  );
  const { lease, held, urgent, reportOnItsWay } = holding;
  const wishes = Object.values(state.wishes).map(({ server, kind }) => `${kind} ${server}`);
  return JSON.parse(
    JSON.stringify({
      ...{ plan, records, strays: strays.jobs, gates, early, account, journal, measured, announced, hold },
      ...{ lease, held, urgent: { ...reportOnItsWay, ...urgent }, wishes },
      rest: [state.stage, state.cancelRequested, state.leftPlan, state.news.unsent, state.quotaChangedAt],
    }),
  );
}
