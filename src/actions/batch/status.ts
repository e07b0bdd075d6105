import type { Client } from '@temporalio/client';
import type { SmcFailure } from '../../../workflows/contract/failure';
import { slotsSaid } from '../../../workflows/contract/slots';
import { batchClient, howItStands } from '../../batch-client/batch-client';
import { failureOf } from '../../batch-client/batch-failure';
import { batchJson } from '../../batch-client/look/batch-json';
import { inSight, lookAtServers } from '../../batch-client/look/server-looks';
import { troublesOf } from '../../batch-client/look/troubles';
import { requireWorker } from '../../batch-client/queues/queue-of-batch';
import { withClient } from '../../batch-client/session';
import {
  doneAbout,
  statusText,
  textReport,
  troubleGroups,
  troubleLines,
  waitingLines,
  zonedTime,
} from '../../report';
import { colors, printer, printJson, type TableFormat, tableColumns } from '../../terminal/output';
import { accountTroubleLine, failureText, plainLine, plainTexts } from '../../text';
import { listBatches } from './list';

/** Shows one batch with its servers, or lists all batches. */
export async function status(batch: string | undefined, output: TableFormat): Promise<void> {
  await withClient((client) => (batch ? showBatch(client, batch, output) : listBatches(client, output)));
}

async function showBatch(client: Client, name: string, output: TableFormat): Promise<void> {
  const batch = batchClient(client, name);
  const status = await batch.status();
  const failure = await failureOf(batch, status);
  if (failure) throw failure;
  await requireWorker(client, batch, `Batch '${name}' ${howItStands(status)}`);
  const progress = await batch.progress();
  const known = await batch.servers();
  const looks = await lookAtServers(batch, known);
  const servers = inSight(known, looks);
  const trouble = progress.status === 'surveying' || progress.changesPlan ? await batch.trouble() : undefined;
  const now = await batch.now();
  const troubles = troublesOf(looks, now, progress.webhook);
  const lines = troubleLines(troubles, now);
  if (output === 'json') {
    return printJson({
      ...batchJson({ progress, servers }),
      trouble: trouble ?? (lines.length > 0 ? lines.join('\n') : undefined),
      troubles: troubleGroups(troubles),
    });
  }
  const print = printer(output);
  const c = colors();
  const started = `started ${zonedTime(Date.parse(progress.startedAt))}`;
  print(`${c.bold(name)}  ${statusText(progress)}, ${started}${doneAbout(progress, now)}`);
  const refused = accountTroubleLine(progress.accountTrouble);
  if (refused) print(c.red(`account  ${refused}`));
  if (trouble) print(trouble);
  for (const line of waitingLines(progress, now)) print(line);
  if (progress.outcome === undefined) print(slotsSaid(progress.slots));
  for (const line of lines) print(c.yellow(`trouble  ${line}`));
  if (progress.quotaTrouble) print(c.yellow(`trouble  ${countTrouble(progress.quotaTrouble)}`));
  print();
  const source = plainTexts({ progress, servers, generatedAt: new Date(now) });
  for (const line of textReport(source, c, { columns: tableColumns(output) })) print(line);
}

/** Meanwhile the account's quota is dealt by the last count. */
const countTrouble = (error: SmcFailure) =>
  plainLine(
    `jobs of others in the account could not be counted, so the last count is used: ${failureText(error)}`,
  );
