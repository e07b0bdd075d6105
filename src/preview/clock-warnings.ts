import { type UnusualNight, unusualNights, zoneTime } from '../../workflows/batch/forecast';
import type { Plan } from '../plan';
import { formatDuration } from '../report';
import type { Forecast } from './forecast';
import type { Warning } from './warning';

const dayMs = 86_400_000;
/** A batch takes longer than its forecast; nights far behind its end are no news. */
const [leastDays, marginDays, mostDays] = [35, 7, 366];

/** The nights, while the batch may run, that the change of clocks makes longer or shorter than their windows say. */
export function clockWarnings(plan: Plan, { outlook }: Pick<Forecast, 'outlook'>, now: number): Warning[] {
  const end = outlook.endsAt ? Date.parse(outlook.endsAt) : now + mostDays * dayMs;
  const until = Math.min(Math.max(end + marginDays * dayMs, now + leastDays * dayMs), now + mostDays * dayMs);
  return plan.waves.flatMap(({ name, window }) =>
    window
      ? unusualNights(window, plan.policy.lockoutDates, now, until)
          .filter(({ openings }) => (openings.at(-1)?.to ?? now + 1) > now)
          .map((night) => warningOf(name, night, window))
      : [],
  );
}

function warningOf(
  wave: string,
  night: UnusualNight,
  { from, to, timezone }: NonNullable<Plan['waves'][number]['window']>,
): Warning {
  const { date, kind, openings, minutes, usualMinutes } = night;
  const open = openings.map(
    (one) =>
      `${new Date(one.from).toISOString().slice(0, 16)}Z to ${new Date(one.to).toISOString().slice(11, 16)}Z`,
  );
  const hours = (length: number) => formatDuration(length * 60_000);
  const what = {
    skipped: `does not open on ${date}: ${from} to ${to} does not exist in ${timezone} that day`,
    doubled: `opens twice on ${date}, because that hour comes twice in ${timezone}: ${open.join(', and ')}`,
    shorter: `of ${date} has ${hours(minutes)} instead of ${hours(usualMinutes)}: ${open.join()}${beginning(openings[0], from, timezone)}`,
    longer: `of ${date} has ${hours(minutes)} instead of ${hours(usualMinutes)}: ${open.join()}`,
  }[kind];
  return {
    code: 'clock-change',
    message: `the clocks change: the window ${from} to ${to} ${timezone} of wave ${wave} ${what}`,
    remedy: remedies[kind],
  };
}

/** A window whose first hour is missing opens later than it says. */
function beginning(first: { from: number } | undefined, from: string, zone: string): string {
  const at = first === undefined ? '' : zoneTime(first.from, zone);
  return at.includes(` ${from} `) ? '' : ` (it opens at ${at})`;
}

const remedies: Record<UnusualNight['kind'], string> = {
  skipped: 'No server of it starts that day. Where that matters, move the window by an hour.',
  doubled:
    'Servers start in both. Where that matters, write the date into policy.lockoutDates, or move the window.',
  shorter: 'Fewer servers start that night; those that run go on after its end.',
  longer:
    'Servers may start for longer that night. Where that matters, write the date into policy.lockoutDates.',
};
