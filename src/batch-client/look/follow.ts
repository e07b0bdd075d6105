import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { pauseUpdate, resumeUpdate } from '../../../workflows/contract/orders';
import type { BatchProgress, ServerPhase, ServerView } from '../../../workflows/contract/views';
import {
  countsLine,
  keptJobs,
  keptJobsLine,
  type LiveBatch,
  type LiveServer,
  liveFrame,
  nextAfterGoodEnd,
  nextLine,
  textReport,
} from '../../report';
import { exitCodes } from '../../terminal/failure';
import { interruptSignal } from '../../terminal/interrupt';
import { liveKeys } from '../../terminal/live-keys';
import { liveScreen } from '../../terminal/live-screen';
import { colors, columnsOf, type OutputFormat, printer, printJson } from '../../terminal/output';
import { accountTroubleLine, plainLine, plainTexts, smcBatchCommand } from '../../text';
import { type BatchClient, isPassing } from '../batch-client';
import { failureOf } from '../batch-failure';
import { sendOrder, whoami } from '../send-order';
import { batchJson } from './batch-json';
import { attemptTrouble } from './pending-attempt';
import { inSight, lookAtServers } from './server-looks';
import { troubleTeller } from './troubles';

const underWay: ServerPhase[] = ['migrating', 'recovering', 'queued', 'synced', 'finishing'];

/** How a followed batch ended, as an exit code. */
export type FollowEnd = (typeof exitCodes)[keyof typeof exitCodes];

/** How a batch is followed. */
export interface Following {
  signal?: AbortSignal;
  /** With a client the live view has keys: to pause and resume the batch, and to leave. */
  client?: Client;
  /** The batch ends with the process that follows it: nothing is said of commands that could not reach it. */
  isShortLived?: boolean;
  /** Told once how to add a line to the view, for something that the batch does not know. */
  onView?: (tell: (line: string) => void) => void;
}

/**
 * Shows the batch until it has ended: a live view on a terminal, a line for each change elsewhere, and the report at
 * the end. Leaves the batch alone when `signal` aborts.
 */
export async function follow(
  followed: BatchClient,
  output: OutputFormat,
  { signal, client, isShortLived = false, onView }: Following = {},
): Promise<FollowEnd> {
  const batch = isShortLived ? withoutNext(followed) : followed;
  const view = output === 'text' && process.stdout.isTTY ? liveView(batch, client) : lineView(batch, output);
  const print = printer(output);
  onView?.(view.tell);
  try {
    const last = await followToItsEnd(batch, view, signal);
    view.end();
    if (last.status !== 'stopped') return await showEnd(batch, output, !isShortLived);
    print(`Batch '${batch.batch}' has stopped: ${last.waiting ?? ''}`);
    const kept = keptJobs(await batch.servers({ phases: ['failed', 'cancelled'] }), await batch.now());
    if (kept) print(keptJobsLine(batch.batch, kept));
    return exitCodes.serversFailed;
  } catch (error) {
    if (!signal?.aborted) throw error;
    view.end();
    if (!isShortLived)
      print(
        `Batch '${batch.batch}' goes on without you. To watch it again: ${smcBatchCommand('watch', [batch.batch])}`,
      );
    return exitCodes.done;
  } finally {
    view.end();
  }
}

/** The batch without the commands that come next. */
const withoutNext = (batch: BatchClient): BatchClient => ({
  ...batch,
  progress: async () => ({ ...(await batch.progress()), next: undefined }),
});

/** What a follower sees of a batch. */
interface View {
  /** Something happened. */
  tell(line: string): void;
  show(progress: BatchProgress, servers: ServerView[]): void | Promise<void>;
  end(): void;
}

/** Reads the batch every second; gives the last progress once the batch has ended, or has stopped and nothing runs any more. */
async function followToItsEnd(batch: BatchClient, view: View, signal?: AbortSignal): Promise<BatchProgress> {
  const known = new Map<string, ServerPhase>();
  let lastTrouble: string | undefined;
  let isSilent = false;
  for (;;) {
    const look = await unlessAborted(lookAt(batch, known), signal).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      return undefined;
    });
    if (look) {
      const { progress, servers, ended, trouble, status } = look;
      for (const line of changes(known, [...servers, ...ended])) view.tell(line);
      if (trouble && trouble !== lastTrouble) view.tell(trouble);
      lastTrouble = trouble;
      await unlessAborted(Promise.resolve(view.show(progress, servers)), signal);
      // Queued servers wait for the operator, too.
      const restsNow = servers.every(({ phase }) => phase === 'queued');
      if (progress.status === 'stopped' && restsNow) return progress;
      if (progress.status === 'ended' || status !== 'RUNNING') return progress;
    } else if (!isSilent) {
      view.tell('No worker answers for the batch at the moment; waiting.');
    }
    isSilent = !look;
    await sleep(1_000, undefined, { signal });
  }
}

/** Rejects as soon as the signal aborts, however long the work still takes. */
function unlessAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** A line for each change, one when the counts have changed, and one for what goes wrong under way. */
function lineView(batch: BatchClient, output: OutputFormat): View {
  const print = printer(output);
  const tellTroubles = troubleTeller(batch, print);
  let lastSummary = '';
  let lastRefused: string | undefined;
  return {
    tell: (line) => print(plainLine(line)),
    async show(progress, servers) {
      const refused = progress.accountTrouble?.error.code;
      if (refused !== lastRefused)
        print(`account  ${accountTroubleLine(progress.accountTrouble) ?? 'no longer refuses calls'}`);
      lastRefused = refused;
      const { slots, waiting } = progress;
      const next = nextLine(progress);
      const wait =
        waiting && slots.inUse.running === 0 ? `; waiting: ${waiting}${next ? `; next: ${next}` : ''}` : '';
      const summary = `${countsLine(progress)}; running ${slots.inUse.running} of ${slots.cap.running}${wait}`;
      if (summary !== lastSummary) print(summary);
      lastSummary = summary;
      await tellTroubles(servers, progress.webhook);
    },
    end() {},
  };
}

/** A frame that is drawn again and again; with a client and a keyboard, keys to act on the batch. */
function liveView(batch: BatchClient, client?: Client): View {
  const screen = liveScreen();
  const c = colors();
  const events: string[] = [];
  let last: Pick<LiveBatch, 'progress' | 'servers'> | undefined;
  let isEnded = false;
  const hasKeys = client !== undefined && process.stdin.isTTY;
  const redraw = () => {
    if (last && !isEnded) screen.draw(liveFrame({ ...last, events, keys: keysLine() }, screen.size(), c));
  };
  const keysLine = () => {
    if (!hasKeys || !last) return undefined;
    const pause = { resume: 'p resume · ', pause: 'p pause · ', none: '' }[pKey(last.progress)];
    return `${pause}q leave, the batch goes on`;
  };
  const tell = (line: string) => {
    events.push(line);
    redraw();
  };
  const keys = hasKeys
    ? liveKeys({
        p: () => void (last && pauseOrResume(client, last.progress, tell)),
        q: () => process.emit('SIGINT', 'SIGINT'),
      })
    : undefined;
  return {
    tell,
    async show(progress, servers) {
      last = { progress, servers: await withJobs(batch, servers, screen.size().rows) };
      redraw();
    },
    end() {
      if (!isEnded) keys?.end();
      isEnded = true;
      screen.end();
    },
  };
}

/** What the key p orders. */
function pKey({ status }: BatchProgress): 'pause' | 'resume' | 'none' {
  if (status === 'paused') return 'resume';
  return status === 'running' || status.startsWith('waiting') ? 'pause' : 'none';
}

/** Pauses a running batch, resumes a paused one, and tells its answer. */
async function pauseOrResume(
  client: Client,
  progress: BatchProgress,
  tell: (line: string) => void,
): Promise<void> {
  const update = { pause: pauseUpdate, resume: resumeUpdate, none: undefined }[pKey(progress)];
  if (!update) return;
  await sendOrder(client, progress.batch, update, { by: whoami() }).then(
    ({ done }) => tell(done),
    (error: Error) => tell(error.message),
  );
}

/** The batch, its servers under way, and those that were under way at the last read. */
async function lookAt(batch: BatchClient, known: Map<string, ServerPhase>) {
  const progress = await batch.progress();
  const servers = await batch.servers({ phases: underWay });
  const gone = [...known.keys()].filter((name) => !servers.some(({ server }) => server === name));
  return {
    progress,
    servers,
    ended: gone.length > 0 ? await batch.servers({ names: gone }) : [],
    trouble: progress.status === 'surveying' || progress.changesPlan ? await batch.trouble() : undefined,
    status: await batch.status(),
  };
}

/** Prints the report of a batch that has ended and gives its exit code. Rejects when the batch itself failed. */
async function showEnd(batch: BatchClient, output: OutputFormat, goesOn: boolean): Promise<FollowEnd> {
  const outcome = await batch.status();
  const failure = await failureOf(batch, outcome);
  if (failure) throw failure;
  const progress = await batch.progress();
  const servers = await batch.servers();
  const print = printer('text');
  if (output === 'json') printJson(batchJson({ progress, servers }));
  else {
    const shown = goesOn ? progress : { ...progress, next: [] };
    const lines = textReport(plainTexts({ progress: shown, servers, generatedAt: new Date() }), colors(), {
      columns: columnsOf(),
      wide: goesOn ? `${smcBatchCommand('status', [batch.batch])} -o wide` : 'a wider terminal',
    });
    const next = goesOn ? nextAfterGoodEnd(progress) : undefined;
    for (const line of [...lines, ...(next ? ['', `next: ${next}`] : [])]) print(line);
  }
  return endCode(progress, outcome);
}

export function endCode(progress: BatchProgress, outcome: string): FollowEnd {
  if (outcome === 'CANCELLED' || progress.outcome === 'cancelled' || progress.counts.cancelled > 0)
    return exitCodes.cancelled;
  return progress.counts.failed > 0 ? exitCodes.serversFailed : exitCodes.done;
}

/** A line for each server whose phase has changed. */
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

/** Only as many servers are asked as fit on the screen. */
async function withJobs(batch: BatchClient, servers: ServerView[], rows: number): Promise<LiveServer[]> {
  const asked = servers.filter(({ phase }) => phase === 'migrating' || phase === 'finishing').slice(0, rows);
  const looks = await lookAtServers(batch, asked, rows);
  const now = await batch.now();
  return inSight(servers, looks).map((server) => {
    const attempts = looks.attempts.get(server.server) ?? [];
    return { ...server, trouble: attempts.map((attempt) => attemptTrouble(attempt, now)).find(Boolean) };
  });
}

/** Follows a batch until it has ended or the user leaves: by a key, Ctrl-C, or by closing the pipe. */
export async function followUntilLeft(
  batch: BatchClient,
  output: OutputFormat,
  client: Client,
): Promise<FollowEnd> {
  const interrupt = interruptSignal(process.stdout);
  return follow(batch, output, { signal: interrupt.signal, client }).finally(interrupt.dispose);
}
