/**
 * A whole SMC account in a process, over real HTTP: for tests and rehearsals.
 *
 * @packageDocumentation
 */
export {
  type Audit,
  type Faults,
  type Simulator,
  type SimulatorOptions,
  type SourceOptions,
  simulatorCredentials,
  startSimulator,
} from '../simulator';
