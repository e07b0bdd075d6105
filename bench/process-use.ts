/** What a process has used of the machine, from Linux's /proc; undefined elsewhere. */
import { readdirSync, readFileSync } from 'node:fs';

/** Peak and present resident memory in MiB. */
export function memoryOf(pid: number): { peakMiB: number; nowMiB: number } | undefined {
  const status = read(`/proc/${pid}/status`);
  const kB = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status ?? '')?.[1]);
  return status ? { peakMiB: kB('VmHWM') / 1024, nowMiB: kB('VmRSS') / 1024 } : undefined;
}

/** Processor time in milliseconds, all threads together. */
export function cpuMsOf(pid: number): number | undefined {
  // The second field, the name, may hold spaces.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  // utime and stime, in hundredths of a second on every Linux we know.
  return fields && (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The child of this process, or of another one, that was started by this program. */
export function childNamed(name: string, parent: number | 'self' = 'self'): number | undefined {
  for (const task of list(`/proc/${parent}/task`)) {
    for (const pid of read(`/proc/${parent}/task/${task}/children`)?.trim().split(' ') ?? [])
      if (read(`/proc/${pid}/comm`)?.trim() === name) return Number(pid);
  }
  return undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
