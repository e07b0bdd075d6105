import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, by its id and its start time: a later process may get the same id. */
export interface ProcessMark {
  pid: number;
  /** Its start time in a form of the machine, only for comparison. */
  started: string;
}

/** The mark of a running process; undefined when there is none, or the machine does not tell. */
export function markOfProcess(pid: number): ProcessMark | undefined {
  const started = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether the process with this mark still runs. */
export const isAlive = ({ pid, started }: ProcessMark) => markOfProcess(pid)?.started === started;

/** Asks the process to end, and kills it after so many milliseconds; gives whether it has ended. */
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

/** Sends a signal; false for a process of another user. */
function isSent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** The start time by the clock since boot, which never jumps: proc(5), field 22. A zombie counts as ended. */
function startOnLinux(pid: number): string | undefined {
  try {
    // The second field, the name, may contain spaces and brackets.
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
