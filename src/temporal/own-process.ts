import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A process of ours that does not outlive us, unless we are killed without a word. */
export interface OwnProcess {
  /** Rejects when it cannot be started. */
  started: Promise<unknown>;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  hasEnded(): boolean;
  /** The end of what it has said on stderr. */
  said(): string;
  /** Asks it to end, and kills it when it has not ended after so many milliseconds. */
  stop(patienceMs: number): Promise<void>;
  /** Kills it without a word, as a crash would. */
  kill(): Promise<void>;
}

/** Starts it in a process group of its own: Ctrl-C reaches us first, and we end it when what it works for has ended. */
export function startOwnProcess(file: string, args: string[], env: NodeJS.ProcessEnv): OwnProcess {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4_000);
  });
  const killIt = () => child.kill('SIGKILL');
  process.once('exit', killIt);
  let isOver = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    const end = (how: number | NodeJS.Signals) => {
      isOver = true;
      process.off('exit', killIt);
      resolve(how);
    };
    child.once('exit', (code, signal) => end(signal ?? code ?? 0));
    // As a shell has it: there is no such command.
    child.once('error', () => end(127));
  });
  return {
    started: once(child, 'spawn'),
    ended,
    hasEnded: () => isOver,
    said: () => said,
    async stop(patienceMs) {
      if (isOver) return;
      child.kill('SIGTERM');
      const patience = setTimeout(killIt, patienceMs);
      await ended;
      clearTimeout(patience);
    },
    async kill() {
      if (isOver) return;
      killIt();
      await ended;
    },
  };
}

/** In words. */
export const howItEnded = (end: number | NodeJS.Signals) =>
  typeof end === 'string' ? `by ${end}` : `with exit code ${end}`;
