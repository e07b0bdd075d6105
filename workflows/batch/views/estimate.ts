import { type Forecast, forecast } from '../forecast';
import type { Batch } from '../state';

/** A forecast of ten thousand servers takes most of a second, one of ten nothing: it is made anew so often. */
const freshMsOfServer = 10;
const least = 1_000;

const known = new WeakMap<Batch, { at: number; forecast: Forecast }>();

/** When the batch is likely to have ended; undefined when something in it does not go on by itself. */
export const estimatedEnd = (batch: Batch, now: number): number | undefined =>
  batch.index.haveAllEnded ? undefined : forecastOf(batch, now).endAt;

/** When a server that waits is likely to end. */
export const estimatedEndOfWaiting = (batch: Batch, name: string, now: number): number | undefined =>
  forecastOf(batch, now).servers.get(name)?.endAt;

function forecastOf(batch: Batch, now: number): Forecast {
  const last = known.get(batch);
  const freshMs = Math.max(least, batch.state.plan.servers.length * freshMsOfServer);
  if (last && now >= last.at && now - last.at < freshMs) return last.forecast;
  const made = forecast(batch.state, now);
  known.set(batch, { at: now, forecast: made });
  return made;
}
