import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A child process that ends when this process ends, also when this one is killed. */
export interface OwnProcess {
  /** Absent when it could not be started. */
  pid?: number;
  /** Rejects when it cannot be started. */
  started: Promise<unknown>;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  hasEnded(): boolean;
  /** The end of its output on stderr. */
  said(): string;
  /** Asks it to end, and kills it when it has not ended after so many milliseconds. */
  stop(patienceMs: number): Promise<void>;
  /** Kills it at once, as a crash would. */
  kill(): Promise<void>;
}

/** Starts a child in a process group of its own: Ctrl-C reaches only this process, which ends the child last. */
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
    // The exit code of a shell for an unknown command.
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
 * Starts a shell that kills the child when this process ends: then the shell's input is closed. The Temporal CLI itself does
 * not notice the end of its parent.
 */
function startWatcher(pid: number): ChildProcess {
  const script = 'while read -r line; do :; done; kill -KILL "$0"';
  const watcher = spawn('/bin/sh', ['-c', script, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: {},
  });
  // Without a shell the child still ends with this process, unless this one is killed by `kill -9`.
  watcher.on('error', () => {});
  watcher.stdin.on('error', () => {});
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return watcher;
}

/** The end of a process in words. */
export const howItEnded = (end: number | NodeJS.Signals) =>
  typeof end === 'string' ? `by ${end}` : `with exit code ${end}`;
