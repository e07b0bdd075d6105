import type { Decision } from '../../../workflows/batch/decide';
import type { BatchHost } from '../batch/batch-host';
import type { World } from './world';

/** The moment, without its month. */
export const timeText = (at: number) => new Date(at).toISOString().slice(8, 23);

/** Where all stands, for who looks for the cause of a violation. */
export function worldText({ clock, batches, account, workflows, quota }: World): string {
  const ofBatches = [...batches.values()].map(({ batch, name, isOpen, hasEnded }) => {
    const { stage, servers, gates, holding, hold, wishes } = batch.state;
    const lines = Object.entries(servers).map(([server, record]) => `${server} ${JSON.stringify(record)}`);
    return (
      `\n${name} ${stage} open ${isOpen} ended ${hasEnded} paused ${JSON.stringify(gates)} ` +
      `holding ${JSON.stringify(holding)} hold ${JSON.stringify(hold)} wishes ${Object.keys(wishes)}\n  ${lines.join('\n  ')}`
    );
  });
  const open = [...workflows.open].map(
    ({ input, standing }) => `${input.server} ${JSON.stringify(standing)}`,
  );
  return (
    `${timeText(clock.now)} jobs ${JSON.stringify([...account.jobs.values()])} ${ofBatches.join('')}\n` +
    `workflows ${open.join('\n  ')}\nquota ${JSON.stringify(quota.state)}`
  );
}

/** What a batch has decided, in a line. */
export function decisionText({ name, batch: { index } }: BatchHost, decision: Decision, now: number): string {
  const { wishes, report, lookUp, strays, endCheck, wakeAt } = decision;
  const done = [
    ...wishes.map(({ kind, server, sends }) => `${kind} ${server} (${sends})`),
    ...(report ? [`report ${JSON.stringify(report)}`] : []),
    ...(lookUp ? ['look-up'] : []),
    ...(strays ? ['strays'] : []),
    ...(endCheck ? ['ask after'] : []),
  ];
  const counts = Object.entries(index.counts).filter(([, count]) => count > 0);
  return (
    `${timeText(now)} ${name} decides: ${done.join(', ') || '-'}; ` +
    `${counts.map(([phase, count]) => `${count} ${phase}`).join(' ')}; ` +
    `in use ${index.inUse.existing}/${index.inUse.running}; wakes ${wakeAt === undefined ? 'never' : `in ${wakeAt - now}`}`
  );
}
