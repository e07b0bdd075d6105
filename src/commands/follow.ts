import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { isGrpcServiceError } from '@temporalio/client';
import type { BatchProgress, ServerPhase, ServerView } from '../../workflows/messages';
import { countsLine, type LiveServer, liveFrame, textReport } from '../report';
import type { BatchClient } from './batch-client';
import { CommandFailure, exitCodes } from './failure';
import { colors, type OutputFormat, printer, printJson } from './output';

const underWay: ServerPhase[] = ['migrating', 'recovering', 'queued', 'synced', 'finishing'];

/** How a followed batch ended, as an exit code. */
export type FollowEnd = (typeof exitCodes)[keyof typeof exitCodes];

/**
 * Shows the batch until it has ended: a live view on a terminal, a line for each change elsewhere, and the report at
 * the end. Leaves the batch alone when `signal` aborts.
 */
export async function follow(
  batch: BatchClient,
  output: OutputFormat,
  signal?: AbortSignal,
): Promise<FollowEnd> {
  const print = printer(output);
  const screen = output === 'text' && process.stdout.isTTY ? liveScreen() : undefined;
  const known = new Map<string, ServerPhase>();
  const events: string[] = [];
  let lastSummary = '';
  let lastTrouble: string | undefined;
  let isSilent = false;
  try {
    for (;;) {
      const look = await lookAt(batch, known).catch((error: unknown) => {
        if (!isPassing(error)) throw error;
        return undefined;
      });
      if (!look) {
        if (!isSilent) print('No worker answers for the batch at the moment; waiting.');
        isSilent = true;
        await sleep(1_000, undefined, { signal });
        continue;
      }
      isSilent = false;
      const { progress, servers, ended } = look;
      for (const line of changes(known, [...servers, ...ended])) {
        events.push(line);
        if (!screen) print(line);
      }
      const trouble = progress.status === 'surveying' ? await batch.trouble() : undefined;
      if (trouble && trouble !== lastTrouble) {
        events.push(trouble);
        if (!screen) print(trouble);
      }
      lastTrouble = trouble;
      if (screen) {
        screen.draw(
          liveFrame(
            { progress, servers: await withHeartbeats(batch, servers), events },
            screen.size(),
            colors(),
          ),
        );
      } else {
        const wait =
          progress.waiting && progress.slots.inUse.running === 0 ? `; waiting: ${progress.waiting}` : '';
        const summary = `${countsLine(progress)}; running ${progress.slots.inUse.running} of ${progress.slots.cap.running}${wait}`;
        if (summary !== lastSummary) print(summary);
        lastSummary = summary;
      }
      if (progress.status === 'stopped' && servers.length === 0) {
        screen?.end();
        print(`Batch '${batch.batch}' has stopped: ${progress.waiting ?? ''}`);
        return exitCodes.serversFailed;
      }
      if (progress.status === 'ended' || (await batch.status()) !== 'RUNNING') break;
      await sleep(1_000, undefined, { signal });
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    screen?.end();
    print(
      `Batch '${batch.batch}' goes on without you. Take it up again with: smc-batch watch ${batch.batch}`,
    );
    return exitCodes.done;
  }
  screen?.end();
  return showEnd(batch, output);
}

/** The batch, its servers under way, and those that were under way when we last looked. */
async function lookAt(batch: BatchClient, known: Map<string, ServerPhase>) {
  const progress = await batch.progress();
  const servers = await batch.servers({ phases: underWay });
  const gone = [...known.keys()].filter((name) => !servers.some(({ server }) => server === name));
  return { progress, servers, ended: gone.length > 0 ? await batch.servers({ names: gone }) : [] };
}

/** A query has no answer while no worker runs, or while Temporal itself restarts. */
const isPassing = (error: unknown) =>
  isGrpcServiceError(error) &&
  [status.DEADLINE_EXCEEDED, status.UNAVAILABLE, status.FAILED_PRECONDITION, status.CANCELLED].includes(
    error.code,
  );

/** Prints the report of a batch that has ended and gives its exit code. Rejects when the batch itself failed. */
export async function showEnd(batch: BatchClient, output: OutputFormat): Promise<FollowEnd> {
  const outcome = await batch.status();
  if (outcome === 'FAILED' || outcome === 'TERMINATED' || outcome === 'TIMED_OUT')
    throw await failureOf(batch, outcome);
  const progress = await batch.progress();
  const servers = await batch.servers();
  if (output === 'json') printJson({ progress, servers });
  else for (const line of textReport({ progress, servers }, colors())) process.stdout.write(`${line}\n`);
  return endCode(progress, outcome);
}

export function endCode(progress: BatchProgress, outcome: string): FollowEnd {
  if (outcome === 'CANCELLED' || progress.counts.cancelled > 0) return exitCodes.cancelled;
  return progress.counts.failed > 0 ? exitCodes.serversFailed : exitCodes.done;
}

/** The batch failed as a whole before it started anything, or was terminated. */
export async function failureOf(batch: BatchClient, outcome: string): Promise<CommandFailure> {
  const reason = await batch.result().then(
    () => undefined,
    (error: Error & { cause?: Error }) => error.cause?.message ?? error.message,
  );
  return outcome === 'FAILED'
    ? new CommandFailure(`Batch '${batch.batch}' could not start: ${reason}`)
    : new CommandFailure(
        `Batch '${batch.batch}' is ${outcome.toLowerCase()}. Apply the plan again: what is done is skipped, what runs is taken up.`,
      );
}

/** A line for each server whose phase is another one than we knew. */
function changes(known: Map<string, ServerPhase>, servers: ServerView[]): string[] {
  const lines: string[] = [];
  for (const server of servers) {
    if (known.get(server.server) === server.phase) continue;
    if (underWay.includes(server.phase)) known.set(server.server, server.phase);
    else known.delete(server.server);
    lines.push(changeLine(server));
  }
  return lines;
}

function changeLine({ server, phase, jobId, imageId, error }: ServerView): string {
  const facts = [jobId && `job ${jobId}`, imageId && `image ${imageId}`].filter(Boolean).join(', ');
  const why =
    error && (phase === 'failed' || phase === 'recovering' || phase === 'queued') ? `: ${error.message}` : '';
  return `${server} ${phase}${facts ? ` (${facts})` : ''}${why}`;
}

/** Only as many as fit on a screen are asked for. */
function withHeartbeats(batch: BatchClient, servers: ServerView[]): Promise<LiveServer[]> {
  return Promise.all(
    servers.map(async (server, i) =>
      i < 40 && server.phase === 'migrating'
        ? { ...server, heartbeat: await batch.heartbeat(server.server).catch(() => undefined) }
        : server,
    ),
  );
}

/** Redraws in place: moves up over its last frame instead of clearing, so that nothing flickers. */
function liveScreen() {
  let height = 0;
  const { stdout } = process;
  return {
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    draw(lines: string[]) {
      const up = height > 0 ? `\u001b[${height}A` : '';
      stdout.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[0J`);
      height = lines.length;
    },
    end() {
      if (height > 0) stdout.write(`\u001b[${height}A\u001b[0J`);
      height = 0;
    },
  };
}

/** Aborts on the first Ctrl-C or SIGTERM, to leave a view without harm. */
export function interruptSignal(): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', abort);
      process.off('SIGTERM', abort);
    },
  };
}
