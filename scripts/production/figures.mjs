// What the parts have in common: the account they use, and how their figures are written.

export const pollSeconds = 2;

/** A quota that a batch of some dozens of servers fills, and jobs of some seconds. */
export const usual = { jobsQuota: 16, runningQuota: 8, speed: 120 };

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

export function asMarkdown({ head, rows, facts, rules }) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows.map(row),
    '',
    ...(facts.length > 0 ? [`${facts.join('; ')}.`, ''] : []),
    '| rule | | seen |',
    '| --- | --- | --- |',
    ...rules.map(({ rule, holds, seen }) => row([rule, holds ? 'holds' : '**broken**', seen])),
  ].join('\n');
}
