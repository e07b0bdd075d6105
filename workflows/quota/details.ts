import { inUtc } from '../in-utc';
import { limitOf, type QuotaState } from './state';

/** The details on the quota's page in the Temporal UI, in Markdown. */
export function quotaDetails(account: string, state: QuotaState, now: number): string {
  const { others, count, learned, quota } = state;
  const rows = Object.entries(state.leases).map(
    ([batch, { leased, demand, syncs, hasEnded }]) =>
      `| ${batch}${hasEnded ? ' (ended, its jobs are to be counted)' : ''} | ${leased.existing} of ${demand.existing} | ` +
      `${leased.running} of ${demand.running}${syncs > 0 ? `, ${syncs} of them syncs` : ''} |`,
  );
  const isLearned = Object.values(learned).some(({ until }) => until > now);
  const awaited = Object.keys(state.awaited);
  const lines = [
    `Account **${account}**: ${limitOf(state, 'existing', now)} jobs may exist, ${limitOf(state, 'running', now)} may run` +
      `${isLearned ? ', as the API has refused more' : ''}; others have ${others.existing} and run ${others.running}.`,
    ...(quota.changedAt > 0 ? [`The quota as stated at ${new Date(quota.changedAt).toISOString()}.`] : []),
    ...(count.trouble
      ? [
          `Jobs of others could not be counted: **${count.trouble.code}**: ${count.trouble.message}. The last count is used; ` +
            `it is tried again at ${new Date(count.dueAt).toISOString()}.`,
        ]
      : []),
    ...(awaited.length > 0
      ? [`No slots are dealt before these batches have reported: ${awaited.join(', ')}.`]
      : []),
    '',
    '| batch | jobs leased | running leased |',
    '| --- | --- | --- |',
    ...rows,
  ];
  return inUtc(lines.join('\n'));
}
