import type { Plan } from '../../src/plan';
import { batchCalls } from './activities';

/**
 * Why no window of the plan could be opened or closed: its workers do not know its time zones. It is asked once, of a
 * worker, so that every worker that replays the batch has the same answer. Undefined when all are known.
 */
export async function unknownTimeZones({ waves }: Plan): Promise<string | undefined> {
  const zones = new Set(waves.flatMap(({ window }) => window?.timezone ?? []));
  // Every Node knows it.
  zones.delete('UTC');
  if (zones.size === 0) return undefined;
  const unknown = await batchCalls('time zones of the plan').findUnknownTimeZones({ zones: [...zones] });
  if (unknown.length === 0) return undefined;
  const waiting = waves.filter(({ window }) => window && unknown.includes(window.timezone));
  return (
    `the worker does not know the time zone ${unknown.map((zone) => `'${zone}'`).join(', ')} of wave ` +
    `${waiting.map(({ name }) => `'${name}'`).join(', ')}: give its machine a newer Node with all time zones, ` +
    `or the plan another timezone, and apply it again`
  );
}
