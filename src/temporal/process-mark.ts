import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, told from a later one that has got the same id. */
export interface ProcessMark {
  pid: number;
  /** When it was started, in the machine's own terms: only ever compared. */
  started: string;
}

/** The mark of a process that lives; undefined when there is none, or the machine does not say. */
export function markOfProcess(pid: number): ProcessMark | undefined {
  const started = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether this very process still lives. A process that was not there at all never does. */
export const isAlive = ({ pid, started }: ProcessMark) => markOfProcess(pid)?.started === started;

/** Asks the process to end and kills it when it has not after so many milliseconds; whether it has ended. */
export async function endProcess(mark: ProcessMark, patienceMs: number): Promise<boolean> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (let waited = 0; waited <= patienceMs; waited += 50) {
      if (!isAlive(mark)) return true;
      if (waited === 0 && !isSent(mark.pid, signal)) return !isAlive(mark);
      await sleep(50);
    }
  }
  return !isAlive(mark);
}

/** False for a process of another user. */
function isSent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** By the clock since boot, which never jumps: proc(5), field 22. A zombie has ended. */
function startOnLinux(pid: number): string | undefined {
  try {
    // The second field, the name, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const [state, ...started] = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/);
    return state!.startsWith('Z') || started.length === 0 ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
