/** A whole SMC account in a process, over real HTTP: for tests, demos and rehearsals. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { SimulatedAccount } from './account/account';
import { LiveAccount } from './account/live-account';
import { resolveOptions, type SimulatorOptions } from './account/options';
import { keepState, loadState } from './account/state-file';
import { readFaults } from './faults/faults';
import { createHttpFront } from './front/http-front';
import { urlHost } from './loopback';

export type { Audit, TimelinePoint } from './account/audit-record';
export { type SimulatorOptions, simulatorCredentials } from './account/options';
export type { SourceOptions } from './account/source-server';
export { type Faults, readFaults } from './faults/faults';

/** A running simulator. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`, or the address that it was told to listen on. */
  endpoint: string;
  /** The account itself: its audit, its clock and its faults. */
  account: SimulatedAccount;
  /** Ends all connections, and writes the account to its state file. */
  close(): Promise<void>;
}

/**
 * Starts an account and serves it, on 127.0.0.1 alone unless `host` names another address. Rejects when the port is taken, the faults break a rule or the
 * state file cannot be read.
 *
 * @example
 * const simulator = await startSimulator({ servers: 3, speed: 3600 });
 * createTransport({ endpoint: simulator.endpoint, credentials: async () => simulatorCredentials });
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const read = options.faults === undefined ? undefined : readFaults(options.faults);
  if (read && 'problems' in read) throw new Error(`bad faults: ${read.problems.join('; ')}`);
  const resolved = resolveOptions(options);
  const restored = resolved.stateFile === undefined ? undefined : loadState(resolved.stateFile);
  const account = new LiveAccount(resolved, restored, read?.faults);
  const keeper = resolved.stateFile === undefined ? undefined : keepState(resolved.stateFile, account);
  const server = createHttpFront(account);
  server.listen(resolved.port, resolved.host);
  await once(server, 'listening');

  let closing: Promise<void> | undefined;
  return {
    endpoint: `http://${urlHost(resolved.host)}:${(server.address() as AddressInfo).port}`,
    account,
    close() {
      closing ??= new Promise<void>((resolve) => {
        server.close(() => {
          keeper?.close();
          resolve();
        });
        server.closeAllConnections();
      });
      return closing;
    },
  };
}
