import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A process of ours that does not outlive us, however we end. */
export interface OwnProcess {
  /** Absent when it could not be started. */
  pid?: number;
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
  const watcher = child.pid === undefined ? undefined : startWatcher(child.pid);
  let isOver = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    const end = (how: number | NodeJS.Signals) => {
      isOver = true;
      process.off('exit', killIt);
      watcher?.kill('SIGKILL');
      resolve(how);
    };
    child.once('exit', (code, signal) => end(signal ?? code ?? 0));
    // As a shell has it: there is no such command.
    child.once('error', () => end(127));
  });
  return {
    pid: child.pid,
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

/**
 * A shell that kills the process once we are gone, by whatever: then its pipe from us is closed. The Temporal CLI itself
 * watches nobody.
 */
function startWatcher(pid: number): ChildProcess {
  const script = 'while read -r line; do :; done; kill -KILL "$0"';
  const watcher = spawn('/bin/sh', ['-c', script, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: {},
  });
  // Without one all is as it was: only a kill -9 of ours leaves the process behind.
  watcher.on('error', () => {});
  watcher.stdin.on('error', () => {});
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return watcher;
}

/** In words. */
export const howItEnded = (end: number | NodeJS.Signals) =>
  typeof end === 'string' ? `by ${end}` : `with exit code ${end}`;
