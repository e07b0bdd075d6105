import { clockTimeAhead, formatDuration } from '../report';
import type { Forecast } from './forecast';
import type { Alternative, Bound } from './outlook';

/** When the batch would be done, what bounds it, and when it would be done without that. */
export function outlookLines(
  { outlook, simulatedSpeed }: Pick<Forecast, 'outlook' | 'simulatedSpeed'>,
  now: number,
  timeZone?: string,
): string[] {
  const { endsAt, boundBy, instead } = outlook;
  const at = (time: string) => clockTimeAhead(Date.parse(time), now, timeZone);
  return [
    ...(simulatedSpeed === undefined ? [] : [simulatedLine(simulatedSpeed)]),
    endsAt
      ? `If started now, done about ${at(endsAt)}.`
      : 'If started now, some servers would never start: their windows do not open within a year.',
    ...(boundBy ? [boundLine(boundBy)] : []),
    ...instead.map((one) => `${changeOf(one)}: done about ${at(one.endsAt)}.`),
  ];
}

const simulatedLine = (speed: number) =>
  speed === 0
    ? 'A simulator answers, not a real account, and its time stands still: the times are those of a real account.'
    : `A simulator answers, not a real account: its time runs ${speed} times as fast, and so do these times.`;

function boundLine(bound: Bound): string {
  switch (bound.kind) {
    case 'slots': {
      const names = bound.limits.map(({ setting, value, free }) =>
        free === value
          ? `${setting} (${value})`
          : `${setting} (${value}, ${Math.max(0, free)} of them free now)`,
      );
      return `What bounds it: ${names.join(' and ')}.`;
    }
    case 'windows':
      return `What bounds it: the ${bound.waves.length === 1 ? 'window' : 'windows'} of ${bound.waves.join(', ')}.`;
    case 'server':
      return `It cannot end before its longest server, ${bound.server} (about ${formatDuration(bound.seconds * 1000)}). More slots would not help.`;
    case 'order':
      return `What bounds it: servers wait for others (waves one after the other, dependsOn, exclusive, a start time). More slots would hardly help. Its longest server is ${bound.server} (about ${formatDuration(bound.seconds * 1000)}).`;
  }
}

const changeOf = ({ settings }: Alternative) =>
  settings
    ? `With ${Object.entries(settings)
        .map(([setting, value]) => `${setting} ${value}`)
        .join(' and ')}`
    : 'Without windows';
