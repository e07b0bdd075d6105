import { accountTroubleLine, counted, smcBatchCommand, verbOf } from '../../../src/text';
import { slotsSaid } from '../../contract/slots';
import { type BatchProgress, serverPhases } from '../../contract/views';
import { inUtc } from '../../in-utc';

/** What the Temporal UI shows on the batch's page, in Markdown. */
export function batchDetails(progress: BatchProgress): string {
  const { counts, slots, waves, waiting, leftovers } = progress;
  const ended = waves.reduce((sum, wave) => sum + wave.ended, 0);
  const shown = serverPhases.filter((phase) => counts[phase] > 0);
  const orders = (progress.next ?? []).filter((order) => !waiting?.includes(order));
  const lines = [
    ...(progress.accountTrouble ? [`**${accountTroubleLine(progress.accountTrouble)}**`, ''] : []),
    `**${ended} of ${progress.total} servers ended** (${progress.outcome === 'cancelled' ? 'cancelled' : progress.status})`,
    '',
    `| ${shown.join(' | ')} |`,
    `| ${shown.map(() => '---').join(' | ')} |`,
    `| ${shown.map((phase) => counts[phase]).join(' | ')} |`,
    '',
    `J${slotsSaid(slots).slice(1)}.`,
    ...(progress.estimatedEnd ? [`Estimated end: ${new Date(progress.estimatedEnd).toISOString()}.`] : []),
    ...(waiting ? [`Waiting: ${waiting}.`] : []),
    ...(orders.length > 0 ? [`Next: ${orders.map((order) => `\`${order}\``).join(' or ')}`] : []),
    ...(progress.webhook ? [`Webhook: ${progress.webhook.reason}.`] : []),
    ...(progress.quotaTrouble
      ? [
          `Jobs of others could not be counted: ${progress.quotaTrouble.code}: ${progress.quotaTrouble.message}.`,
        ]
      : []),
    ...(leftovers > 0
      ? [
          `${counted(leftovers, 'job')} ${verbOf(leftovers, 'was left in the account: its intermediate instance is billed until it is deleted', 'were left in the account: their intermediate instances are billed until they are deleted')} (${smcBatchCommand('cleanup', [progress.batch])}).`,
        ]
      : []),
    ...(progress.strayJobs > 0
      ? [
          `${counted(progress.strayJobs, 'job')} of this batch ${verbOf(progress.strayJobs, 'belongs', 'belong')} to no server of its plan and ${verbOf(progress.strayJobs, 'counts', 'count')} against its quota: ${smcBatchCommand('cleanup', [progress.batch])}`,
        ]
      : []),
    '',
    '| wave | state | ended | failed |',
    '| --- | --- | --- | --- |',
    ...waves.map(
      (wave) =>
        `| ${wave.name} | ${wave.closed ?? wave.state} | ${wave.ended} of ${wave.total} | ${wave.failed} |`,
    ),
  ];
  return inUtc(lines.join('\n'));
}
