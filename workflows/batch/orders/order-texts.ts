import type { OrderAnswer, PauseOrder } from '../../contract/orders';
import { serverGate, waveGate } from '../gates/gates';
import type { Batch } from '../state';

/** The answer to an order; `would` says the same before it is carried out. */
export type Effect = OrderAnswer & { would: string };

/** The same sentence for before and after. */
export const effect = ([would, done]: readonly [string, string], what: string): Effect => ({
  would: `${would} ${what}`,
  done: `${done} ${what}`,
});

/** `1 server waits`, `24 servers wait`. */
export function serversThat(count: number, verb = '', verbOfOne = verb && `${verb}s`): string {
  return `${count} ${count === 1 ? `server ${verbOfOne}` : `servers ${verb}`}`.trimEnd();
}

export const serversNamed = (names: readonly string[]) =>
  `${serversThat(names.length)} (${some([...names])})`;

/** Of these servers and waves, or of all, those that wait for their first slot. */
export function waitingOf(
  { state, index }: Batch,
  { servers, waves }: Pick<PauseOrder, 'servers' | 'waves'>,
) {
  const isMeant = (name: string, wave: string) =>
    (!servers && !waves) || servers?.includes(name) || waves?.includes(wave);
  return state.plan.servers.filter(
    ({ name, wave }) => index.phaseOf(name) === 'waiting' && isMeant(name, wave),
  );
}

/** How many of them may start now, as soon as there is a slot; or what holds the first of them back. */
export function startable(batch: Batch, of: Pick<PauseOrder, 'servers' | 'waves'>, now: number): string {
  const { state, index } = batch;
  const waiting = waitingOf(batch, of);
  if (waiting.length === 0) return 'none of its servers waits';
  const closed = state.plan.waves.map((_, i) => waveGate(state.plan, index, state.gates, i, now)?.reason);
  const held = waiting.map(
    ({ name }) => closed[index.waveIndexOf(name)] ?? serverGate(index, state.gates, name, now)?.reason,
  );
  const free = held.filter((reason) => reason === undefined).length;
  if (free === waiting.length) return serversThat(free, 'may start', 'may start');
  const reason = held.find((one) => one !== undefined);
  return `${serversThat(free, 'may start', 'may start')}, ${waiting.length - free} not yet: ${reason}`;
}

export const whatOf = (servers?: string[], waves?: string[]) =>
  some([...(waves ?? []).map((name) => `wave '${name}'`), ...(servers ?? [])]) || 'the batch';

/** An order may name ten thousand. */
export function some(names: string[], most = 20): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}
