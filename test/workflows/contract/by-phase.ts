import { type ServerPhase, serverPhases } from '../../../workflows/contract/views';

/** Counts of all phases, zero where none is given. */
export const byPhase = (counts: Partial<Record<ServerPhase, number>>) =>
  Object.fromEntries(serverPhases.map((phase) => [phase, counts[phase] ?? 0])) as Record<ServerPhase, number>;
