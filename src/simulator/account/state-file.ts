import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SimulatedAccount } from './account';
import { type AccountState, stateOf } from './account-state';

const layout = 1;

/** The account's state in the file; undefined when there is no file yet. Throws when the file holds no such state. */
export function loadState(path: string): AccountState | undefined {
  if (!existsSync(path)) return undefined;
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { layout?: number; state?: AccountState } | null;
  if (kept?.layout !== layout || !kept.state) throw new Error(`${path} is not the state of a simulator`);
  return kept.state;
}

/** Writes the account to the file soon after each change, and at the close. Throws when the file cannot be written. */
export function keepState(path: string, account: SimulatedAccount): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  // A large account takes longer to write: it is written less often, so that calls are answered in between.
  let delayMs = 200;
  const save = () => {
    const began = performance.now();
    // Written to a second file and renamed: a killed process leaves the whole old state or the whole new one.
    writeFileSync(`${path}.new`, JSON.stringify({ layout, state: stateOf(account) }));
    renameSync(`${path}.new`, path);
    delayMs = Math.max(200, 20 * (performance.now() - began));
  };
  save();
  account.onChange = () => {
    timer ??= setTimeout(() => {
      try {
        save();
      } catch (error) {
        process.emitWarning(`the simulator's state was not saved: ${(error as Error).message}`);
      }
      timer = undefined;
    }, delayMs);
  };
  return {
    close() {
      clearTimeout(timer);
      account.onChange = () => {};
      save();
    },
  };
}
