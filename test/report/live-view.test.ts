import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pc from 'picocolors';
import { type LiveBatch, type LiveServer, liveFrame } from '../../src/report';
import { displayWidth } from '../../src/text';
import type { ServerView } from '../../workflows/contract/views';
import { aBatch, aServer } from './a-batch';

const plain = pc.createColors(false);
const now = Date.parse('2026-03-02T00:10:00Z');
const clock = { now, timeZone: 'Asia/Shanghai' };
const ago = (minutes: number) => now - minutes * 60_000;

/** A server whose job syncs. */
function running(server: string, progress: number, more: Partial<LiveServer> = {}): LiveServer {
  const jobSeen = { status: 'Running', businessStatus: 'Syncing', progress, at: now - 12_000 };
  return {
    ...aServer({ server, wave: 'web', phase: 'migrating', endedAt: undefined, imageId: undefined }),
    startedAt: ago(48),
    jobId: `j-bp1${server.replaceAll(/[^a-z0-9]/g, '')}0x7kq67erknyz`.slice(0, 22),
    jobSeen,
    ...more,
  };
}

const waits = (server: string, wave: string): ServerView => ({ server, wave, phase: 'waiting' });

/** Everything there is to see at once. */
function aBusyBatch(): LiveBatch {
  const servers: LiveServer[] = [
    running('web-01', 87.4, { estimatedEnd: now + 7 * 60_000 }),
    running('web-02', 12, { startedAt: ago(200), starts: 2, estimatedEnd: ago(20) }),
    running('核心数据库主机-01', 99.9, {
      jobSeen: { status: 'Running', businessStatus: 'Processing', progress: 99.9, at: now - 3_000 },
      estimatedEnd: now + 130 * 60_000,
    }),
    running('web-03', 0, { jobSeen: undefined, startedAt: ago(1) }),
    running('web-04', 40, {
      trouble: 'Throttling.User: try later',
    }),
    running('web-05', 40, {
      phase: 'recovering',
      stoppedRunningAt: ago(3),
      nextStartAt: now + 5 * 60_000,
      error: {
        code: 'SourceServer.Offline',
        message:
          'the source\u001b[2J server does not\nanswer; its client must be started before the job can go on',
        remedy: '',
      },
    }),
    running('web-06', 0, { phase: 'queued', stoppedRunningAt: ago(12) }),
    running('web-07', 100, { phase: 'finishing', stoppedRunningAt: ago(1) }),
    running('erp-01', 0, { phase: 'synced', stoppedRunningAt: ago(900) }),
    running('erp-02', 0, { phase: 'synced', stoppedRunningAt: ago(900) }),
  ];
  const all = [
    aServer({ server: 'canary-01', wave: 'canary' }),
    aServer({
      server: 'canary-02',
      wave: 'canary',
      phase: 'failed',
      leftover: { jobId: 'j-9', why: 'keptByPolicy' },
    }),
    ...servers,
    waits('web-90', 'web'),
    ...['data-01', 'data-02', 'data-03'].map((name) => waits(name, 'data')),
    waits('rest-01', 'rest'),
  ];
  const { progress } = aBatch(all, {
    waiting: 'all 5 running slots of this batch are in use',
    estimatedEnd: now + 9_000_000,
    slots: {
      held: { existing: 20, running: 5 },
      inUse: { existing: 12, running: 5 },
      cap: { existing: 20, running: 5 },
      quota: { existing: 100, running: 50 },
    },
  });
  for (const wave of progress.waves)
    if (['data', 'rest'].includes(wave.name)) wave.closed = "wave 'web' must end first";
  return {
    progress,
    servers,
    events: [
      'canary-01 migrated (job j-8, image m-bp1canary01)',
      'canary-02 failed (job j-9): out of space',
      'web-03 migrating',
    ],
    keys: 'p pause or resume · q leave; the batch goes on',
  };
}

test.each([
  ['live-80.txt', { columns: 80, rows: 40 }, aBusyBatch],
  ['live-140.txt', { columns: 140, rows: 40 }, aBusyBatch],
  ['live-short.txt', { columns: 80, rows: 20 }, aBusyBatch],
  ['live-paused.txt', { columns: 80, rows: 24 }, aPausedBatch],
])('%s looks as it always did (UPDATE_GOLDEN=1 rewrites it)', (name, size, batch) => {
  const frame = `${liveFrame(batch(), size, plain, clock).join('\n')}\n`;
  const file = path.join(__dirname, 'golden', name);
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, frame);
  }
  expect(frame).toBe(readFileSync(file, 'utf8'));
});

/** Nothing runs, and nothing can be estimated. */
function aPausedBatch(): LiveBatch {
  const waiting = [waits('web-01', 'canary'), waits('web-02', 'web')];
  const { progress } = aBatch(waiting, { status: 'paused', waiting: 'the batch is paused' });
  for (const wave of progress.waves) wave.closed = 'the batch is paused';
  return { progress, servers: [], events: [] };
}

test.each([
  [20, 10],
  [40, 12],
  [80, 24],
  [140, 50],
  [300, 8],
])('a frame fits into %i columns and %i rows, whatever it shows and in colour too', (columns, rows) => {
  const frame = liveFrame(aBusyBatch(), { columns, rows }, pc.createColors(true), clock);
  expect(frame.length).toBeLessThan(rows);
  for (const line of frame) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
});

test('what the API said cannot steer the terminal', () => {
  const frame = liveFrame(aBusyBatch(), { columns: 140, rows: 40 }, plain, clock).join('\n');
  expect(frame).not.toContain('\u001b');
});

test('of more servers than fit, those in trouble are shown, and the others counted', () => {
  const servers = Array.from({ length: 60 }, (_, i) => running(`web-${i}`, i));
  servers.push(running('last', 0, { phase: 'recovering' }));
  const { progress } = aBatch(servers);
  const frame = liveFrame({ progress, servers, events: [] }, { columns: 80, rows: 24 }, plain, clock);
  expect(frame.find((line) => line.startsWith('last'))).toContain('recovering');
  expect(frame.find((line) => line.startsWith('…'))).toMatch(/^… and \d+ more under way$/);
});
