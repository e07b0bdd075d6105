import type { Finding } from '../problem';

/** Time zones that exist, but seldom are what somebody means who writes them. */
export function timeZoneTraps(waves: unknown): Finding[] {
  if (!Array.isArray(waves)) return [];
  return waves.flatMap((wave: { window?: { timezone?: unknown } } | null, i): Finding[] => {
    const zone = wave?.window?.timezone;
    const trap = typeof zone === 'string' ? trapOf(zone) : undefined;
    return trap ? [{ code: 'time-zone-trap', ...trap, path: ['waves', i, 'window', 'timezone'] }] : [];
  });
}

function trapOf(zone: string): { message: string; fix: string } | undefined {
  const [, sign, hours] = /^Etc\/GMT([+-])(\d{1,2})$/i.exec(zone) ?? [];
  if (hours !== undefined && hours !== '0') {
    const other = sign === '+' ? '-' : '+';
    return {
      message: `${zone} is ${hours} hours ${sign === '+' ? 'behind' : 'ahead of'} UTC (UTC${other}${hours}): its sign is the other way round`,
      fix: `name a place${sign === '+' && hours === '8' ? ', like Asia/Shanghai' : ''}; for UTC${sign}${hours} it would be Etc/GMT${other}${hours}`,
    };
  }
  const fixed = fixedZones[zone.toUpperCase()];
  if (fixed)
    return {
      message: `${zone} has no daylight saving time: in summer it is not the time of ${fixed}`,
      fix: `name the place: ${fixed}; UTC where no such time is meant`,
    };
  const place = oldNames[zone.toUpperCase()];
  if (place)
    return {
      message: `${zone} is an old name, which tells no place: it changes its clocks as ${place} does`,
      fix: `name the place: ${place}`,
    };
  return undefined;
}

const fixedZones: Record<string, string | undefined> = {
  EST: 'America/New_York',
  MST: 'America/Denver',
  GMT: 'Europe/London',
  GREENWICH: 'Europe/London',
};

const oldNames: Record<string, string | undefined> = {
  EST5EDT: 'America/New_York',
  CST6CDT: 'America/Chicago',
  MST7MDT: 'America/Denver',
  PST8PDT: 'America/Los_Angeles',
  CET: 'Europe/Brussels',
  MET: 'Europe/Brussels',
  EET: 'Europe/Athens',
  WET: 'Europe/Lisbon',
};
