import { nearestName } from '../../../src/text';
import type { ServerPhase } from '../../contract/views';
import type { Batch } from '../state';
import { some } from './order-texts';
import { refusal } from './refusal';

/** Refuses names that the batch does not have, with the nearest one. */
export function known({ state, index }: Batch, servers: string[] = [], waves: string[] = []): void {
  const noServer = servers.filter((name) => !index.has(name));
  if (noServer.length > 0)
    throw refusal(
      `the batch has no server ${some(noServer.map((name) => `'${name}'`))}${nearestName(
        noServer[0]!,
        state.plan.servers.map(({ name }) => name),
      )}`,
    );
  const names = state.plan.waves.map(({ name }) => name);
  const noWave = waves.filter((name) => !names.includes(name));
  if (noWave.length > 0)
    throw refusal(
      `the batch has no wave ${noWave.map((name) => `'${name}'`).join(', ')}${nearestName(noWave[0]!, names)}: it has ${names.join(', ')}`,
    );
}

/** Refuses an order for a server whose phase does not fit it. `problem`: what is wrong with the phase, or the whole predicate. */
export function mustBe(
  { index }: Batch,
  name: string,
  fits: (phase: ServerPhase) => boolean,
  problem: string | ((phase: ServerPhase) => string),
): void {
  const phase = index.phaseOf(name);
  if (fits(phase)) return;
  throw refusal(
    `server '${name}' ${typeof problem === 'string' ? `is ${phase}: it ${problem}` : problem(phase)}`,
  );
}

/** In the plan's order; `agreed` leaves out who has come to it since the operator was told. */
export const namesIn = ({ state, index }: Batch, phase: ServerPhase, agreed?: readonly string[]) =>
  state.plan.servers
    .map(({ name }) => name)
    .filter((name) => index.phaseOf(name) === phase && (agreed?.includes(name) ?? true));
