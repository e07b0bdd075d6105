import { windowAhead, zoneTime } from '../../workflows/batch/forecast';
import type { Plan } from '../plan';

/** The next opening of a wave's window (or the present one, from now on): in UTC, and by the clock of its zone. */
export interface WindowAhead {
  wave: string;
  timezone: string;
  /** Absent where it does not open within a year. */
  opensAt?: string;
  opensAtLocal?: string;
  /** Absent where it does not close within days. */
  closesAt?: string;
  closesAtLocal?: string;
}

/** The windows of a plan's waves. */
export const windowsAhead = ({ waves, policy }: Plan, now: number): WindowAhead[] =>
  waves.flatMap(({ name, window }) => {
    if (!window) return [];
    const { timezone } = window;
    const { opensAt, closesAt } = windowAhead(window, policy.lockoutDates, now) ?? {};
    return [
      {
        wave: name,
        timezone,
        ...(opensAt !== undefined && {
          opensAt: new Date(opensAt).toISOString(),
          opensAtLocal: zoneTime(opensAt, timezone),
        }),
        ...(closesAt !== undefined && {
          closesAt: new Date(closesAt).toISOString(),
          closesAtLocal: zoneTime(closesAt, timezone),
        }),
      },
    ];
  });

/** `window of web: Sat 2030-03-30 22:00 Europe/Berlin (21:00Z) to Sun 2030-03-31 06:00 Europe/Berlin (04:00Z)` */
export function windowLine({
  wave,
  timezone,
  opensAt,
  opensAtLocal,
  closesAt,
  closesAtLocal,
}: WindowAhead): string {
  if (opensAt === undefined) return `window of ${wave}: it does not open within a year`;
  const both = (utc: string, local: string) =>
    timezone === 'UTC' ? local : `${local} (${utc.slice(0, 16)}Z)`;
  const end = closesAt === undefined ? '' : ` to ${both(closesAt, closesAtLocal!)}`;
  return `window of ${wave}: ${both(opensAt, opensAtLocal!)}${end}`;
}
