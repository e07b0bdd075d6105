import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import pc from 'picocolors';
import type { Colors } from 'picocolors/types';
import { batchClient, howItStands } from '../../batch-client/batch-client';
import { failureOf } from '../../batch-client/batch-failure';
import { inSight, lookAtServers } from '../../batch-client/look/server-looks';
import { requireWorker } from '../../batch-client/queues/queue-of-batch';
import { withClient } from '../../batch-client/session';
import {
  buildBatchReport,
  costLines,
  csvReport,
  doneAbout,
  htmlReport,
  markdownReport,
  type ReportSource,
  statusText,
  textReport,
  waitingLines,
  zonedTime,
} from '../../report';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { colors, columnsOf, sayAside } from '../../terminal/output';
import { accountTroubleLine, jsonText, plainTexts, terminalLine, wrapped } from '../../text';
import { validPrices } from '../valid-prices';

const formats = ['text', 'wide', 'json', 'csv', 'md', 'html'] as const;
export type ReportFormat = (typeof formats)[number];

export interface ReportOptions {
  format?: ReportFormat;
  output?: ReportFormat;
  outputFile?: string;
  /** A file of prices. */
  costs?: string;
}

/** Writes what a batch did, to stdout or to a file. */
export async function report(batch: string, options: ReportOptions, read = readBatch): Promise<void> {
  const format = options.format ?? options.output ?? formatOf(options.outputFile) ?? 'text';
  const prices = options.costs === undefined ? undefined : await validPrices(options.costs);
  const source = { ...(await read(batch)), prices };
  if (!options.outputFile) {
    process.stdout.write(rendered(source, format, colors(), columnsOf()));
    return;
  }
  await save(options.outputFile, rendered(source, format, pc.createColors(false)));
  sayAside(`wrote ${options.outputFile}`);
}

async function readBatch(name: string): Promise<ReportSource> {
  return withClient(async (client) => {
    const batch = batchClient(client, name);
    const status = await batch.status();
    const failure = status === 'FAILED' ? await failureOf(batch, status) : undefined;
    if (failure) throw failure;
    await requireWorker(client, batch, `Batch '${name}' ${howItStands(status)}`);
    const servers = await batch.servers();
    return {
      progress: await batch.progress(),
      servers: inSight(servers, await lookAtServers(batch, servers)),
      leftPlan: await batch.leftPlan(),
      generatedAt: new Date(),
      cutShort:
        status === 'TERMINATED' || status === 'TIMED_OUT'
          ? status.toLowerCase().replace('_', ' ')
          : undefined,
    };
  });
}

function formatOf(file: string | undefined): ReportFormat | undefined {
  const extension = extname(file ?? '')
    .slice(1)
    .toLowerCase();
  return formats.find(
    (format) =>
      format ===
      (({ txt: 'text', htm: 'html', markdown: 'md' } as Record<string, string>)[extension] ?? extension),
  );
}

function rendered(source: ReportSource, format: ReportFormat, c: Colors, columns?: number): string {
  const report = buildBatchReport(source);
  switch (format) {
    case 'json':
      return jsonText(report);
    case 'csv':
      return csvReport(report);
    case 'md':
      return markdownReport(report);
    case 'html':
      return htmlReport(report);
    case 'text':
    case 'wide': {
      const room = format === 'wide' ? undefined : columns;
      const { startedAt, endedAt } = report.summary;
      const head = `${c.bold(report.batch)}  ${statusText({ ...report, ...report.summary })}${report.soFar ? ', so far' : ''}, started ${zonedTime(Date.parse(startedAt))}${endedAt ? `, ended ${zonedTime(Date.parse(endedAt))}` : doneAbout(source.progress, source.generatedAt.getTime())}`;
      const refused = accountTroubleLine(report.summary.accountTrouble);
      const top = refused ? [c.red(`account  ${refused}`), head] : [head];
      const costs =
        report.summary.costs.instanceHours > 0 ? ['', ...costLines(report.summary.costs, room)] : [];
      const lines = [
        ...top,
        ...waitingLines(source.progress, source.generatedAt.getTime()),
        '',
        ...textReport(plainTexts(source), c, { columns: room, wide: '-o wide' }),
        ...costs,
      ];
      return lines
        .map((line) => terminalLine(line, c.isColorSupported))
        .flatMap((line) => (room === undefined ? [line] : wrapped(line, room)))
        .map((line) => `${line}\n`)
        .join('');
    }
  }
}

async function save(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: Error) => {
    throw new CommandFailure(`The report could not be written: ${error.message}`, exitCodes.usage);
  });
}
