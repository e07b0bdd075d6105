import { type Forecast, forecast, imaginedHolding, measuredLengths } from '../forecast';
import { usableSlots } from '../lease';
import { isEnded } from '../servers/server-record';
import type { Batch } from '../state';

/**
 * A forecast takes about a millisecond for ten servers, on a machine that others use as well: it is made anew after a while
 * that grows with the batch, and a workflow must not think for seconds.
 */
const freshMs = { ofServer: 50, least: 1_000 };
const mostServers = 3_000;

const known = new WeakMap<Batch, { at: number; forecast: Forecast }>();

/** When the batch is likely to have ended; undefined when something in it does not go on by itself. */
export function estimatedEnd(batch: Batch, now: number): number | undefined {
  const { counts, haveAllEnded } = batch.index;
  if (haveAllEnded) return undefined;
  const at = counts.waiting > mostServers ? roughEnd(batch, now) : forecastOf(batch, now)?.endAt;
  return at === undefined ? undefined : Math.round(at);
}

/** Were all slots kept busy: the longer of all remaining work over the slots and of the longest single server. */
function roughEnd(batch: Batch, now: number): number | undefined {
  const { state, index } = batch;
  const { running: slots } = usableSlots(imaginedHolding(state.holding), state.plan.policy.maxConcurrent);
  const { jobOf, cleanUp } = measuredLengths(state);
  let work = 0;
  let longest = 0;
  for (const { name } of state.plan.servers) {
    const { phase, startedAt = now } = index.record(name);
    if (isEnded(phase) || phase === 'synced' || phase === 'finishing') continue;
    const seconds = Math.max(jobOf(name) - (now - startedAt) / 1000, jobOf(name) / 20);
    work += seconds;
    longest = Math.max(longest, seconds);
  }
  return work === 0 || slots === 0 ? undefined : now + (Math.max(work / slots, longest) + cleanUp) * 1000;
}

/** When a server that waits is likely to end. */
export function estimatedEndOfWaiting(batch: Batch, name: string, now: number): number | undefined {
  const at = forecastOf(batch, now)?.servers.get(name)?.endAt;
  return at === undefined ? undefined : Math.round(at);
}

function forecastOf(batch: Batch, now: number): Forecast | undefined {
  const last = known.get(batch);
  const isFresh = last && now >= last.at && now - last.at < freshFor(batch);
  if (isFresh || batch.index.counts.waiting > mostServers) return last?.forecast;
  const made = forecast(batch.state, now);
  known.set(batch, { at: now, forecast: made });
  return made;
}

const freshFor = ({ state }: Batch) => Math.max(freshMs.least, state.plan.servers.length * freshMs.ofServer);
