import type { ServerPhase } from '../views';

/** The parts of a server's migration that are measured: until its job has stopped running, the clean-up after it, and both. */
export const stages = ['migration', 'cleanUp', 'whole'] as const;

/** What a batch has seen happen once, for the counters of the worker that runs it. */
export type Measure =
  | { kind: 'end'; outcome: ServerPhase }
  | { kind: 'stage'; stage: (typeof stages)[number]; seconds: number }
  | { kind: 'break'; code: string };

/** Where a workflow's measures go: into the meter of the worker that runs it, and never during a replay. */
export type MeterSinks = { meter: { measured(measure: Measure): void } };
