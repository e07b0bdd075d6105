import { isPassing } from '../../src/batch-client/batch-client';
import type { BatchChange } from '../../src/library';
import { changesOf } from '../../src/library/changes';
import { grpcStatus } from '../../src/temporal';
import type { ServerPhase, ServerView } from '../../workflows/contract/views';
import { aBatchClient as theBatch } from '../batch-client/a-batch-client';

const server = (name: string, phase: ServerPhase): ServerView => ({ server: name, wave: 'all', phase });
const noAnswer = Object.assign(new Error('14 UNAVAILABLE: no connection'), {
  code: grpcStatus.UNAVAILABLE,
  details: 'no connection',
  metadata: {},
});

/** Whether it has ended is asked before each look, and that moves it on. */
const aBatchClient = ([first, ...rest]: Parameters<typeof theBatch>[0]) =>
  theBatch([first!, first!, ...rest]);

/** A line for each change, until the batch has ended. */
async function told(changes: AsyncIterable<BatchChange>): Promise<string[]> {
  const lines: string[] = [];
  for await (const change of changes) {
    if (change.kind === 'server')
      lines.push(`${change.server.server} ${change.before ?? ''}> ${change.server.phase}`);
    else if (change.kind === 'status') lines.push(`status ${change.before ?? ''}> ${change.status}`);
    else if (change.kind === 'account') lines.push(`account ${change.trouble?.error.code ?? 'answers'}`);
    else lines.push(change.kind);
  }
  return lines;
}

const ended = { status: 'ended' } as const;

test('first each server that does not wait is told, then each change, also of those that were skipped at once', async () => {
  const batch = aBatchClient([
    { servers: [server('a', 'migrating'), server('b', 'waiting'), server('c', 'migrated')] },
    { servers: [server('a', 'finishing'), server('b', 'skipped'), server('c', 'migrated')] },
    { servers: [server('a', 'migrated'), server('b', 'skipped'), server('c', 'migrated')], progress: ended },
  ]);
  expect(await told(changesOf(batch, { everyMs: 1 }))).toEqual([
    'a > migrating',
    'c > migrated',
    'status > running',
    'a migrating> finishing',
    'b > skipped',
    'a finishing> migrated',
    'status running> ended',
  ]);
});

test('a server that waits again, after a retry, is told', async () => {
  const batch = aBatchClient([
    { servers: [server('a', 'failed'), server('b', 'migrating')] },
    { servers: [server('a', 'waiting'), server('b', 'migrating')] },
    { servers: [server('a', 'migrating'), server('b', 'migrating')] },
    { servers: [server('a', 'migrated'), server('b', 'migrated')] },
  ]);
  expect((await told(changesOf(batch, { everyMs: 1 }))).filter((line) => line.startsWith('a '))).toEqual([
    'a > failed',
    'a failed> waiting',
    'a > migrating',
    'a migrating> migrated',
  ]);
});

test('an account that refuses calls is told once, and that it answers again', async () => {
  const trouble = {
    error: { code: 'Forbidden.RAM', message: 'no', remedy: 'allow it' },
    since: '2026-11-28T00:00:00Z',
  };
  const servers = [server('a', 'migrating')];
  const batch = aBatchClient([
    { servers, progress: { accountTrouble: trouble } },
    { servers, progress: { accountTrouble: trouble } },
    { servers },
    { servers: [server('a', 'migrated')], progress: ended },
  ]);
  const lines = await told(changesOf(batch, { everyMs: 1 }));
  expect(lines.filter((line) => line.startsWith('account'))).toEqual([
    'account Forbidden.RAM',
    'account answers',
  ]);
});

test('while no worker answers that is told once, and the changes go on later', async () => {
  expect(isPassing(noAnswer)).toBe(true);
  const batch = aBatchClient([
    { servers: [server('a', 'migrating')] },
    { servers: [server('a', 'migrated')], progress: ended },
  ]);
  let looks = 0;
  const progress = batch.progress;
  const silent = {
    ...batch,
    status: async () => (looks < 3 ? ('RUNNING' as const) : batch.status()),
    progress: async () => {
      looks++;
      if (looks < 3) throw noAnswer;
      return progress();
    },
  };
  expect((await told(changesOf(silent, { everyMs: 1 })))[0]).toBe('unanswered');
  expect(looks).toBeGreaterThan(2);
});

test('an abort ends the changes without an error', async () => {
  const batch = aBatchClient([{ servers: [server('a', 'migrating')] }]);
  const stop = new AbortController();
  const lines: string[] = [];
  for await (const change of changesOf(batch, { signal: stop.signal, everyMs: 60_000 })) {
    lines.push(change.kind);
    if (change.kind === 'status') setTimeout(() => stop.abort(), 10);
  }
  expect(lines).toEqual(['server', 'status']);
});
