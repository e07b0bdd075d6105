import type { ReportSource } from '../../src/report';
import type { SmcFailure } from '../../workflows/contract/failure';
import type { BatchProgress, ServerPhase, ServerView } from '../../workflows/contract/views';
import { serverPhases } from '../../workflows/contract/views';

const start = Date.parse('2026-03-01T22:00:00Z');
const minute = 60_000;

/** A batch of these servers; what its progress says is counted from them. */
export function aBatch(servers: ServerView[], overrides: Partial<BatchProgress> = {}): ReportSource {
  const counts = Object.fromEntries(
    serverPhases.map((phase) => [phase, servers.filter((server) => server.phase === phase).length]),
  ) as Record<ServerPhase, number>;
  const hasEnded = ({ phase }: ServerView) => ['migrated', 'skipped', 'failed', 'cancelled'].includes(phase);
  const isOver = servers.every(hasEnded);
  const waves = [...new Set(servers.map(({ wave }) => wave))].map((name) => {
    const members = servers.filter(({ wave }) => wave === name);
    const ended = members.filter(hasEnded).length;
    return {
      name,
      total: members.length,
      ended,
      failed: members.filter(({ phase }) => phase === 'failed').length,
      state: ended === members.length ? ('ended' as const) : ('open' as const),
    };
  });
  return {
    progress: {
      batch: 'dc1-exit',
      status: isOver ? 'ended' : 'running',
      outcome: isOver ? (counts.failed > 0 ? 'failed' : 'done') : undefined,
      next: isOver && counts.failed > 0 ? ['smc-batch apply PLAN'] : undefined,
      startedAt: new Date(start).toISOString(),
      counts,
      total: servers.length,
      waves,
      slots: {
        held: { existing: 100, running: 50 },
        inUse: { existing: 1, running: 0 },
        cap: { existing: 100, running: 50 },
        quota: { existing: 100, running: 50 },
      },
      leftovers: servers.filter(({ leftover }) => leftover).length,
      strayJobs: 0,
      ...overrides,
    },
    servers,
    generatedAt: new Date(Math.max(start + 8 * 60 * minute, ...servers.map(({ endedAt = 0 }) => endedAt))),
  };
}

/** A server that took `took` minutes from the `from`th minute of the batch on. */
export function aServer({
  from = 0,
  took = 30,
  ...server
}: Partial<ServerView> & { from?: number; took?: number } = {}): ServerView {
  const startedAt = start + from * minute;
  return {
    server: 'web-01',
    wave: 'canary',
    phase: 'migrated',
    sourceId: 's-bp1web01',
    jobId: 'j-bp1web01',
    imageId: 'm-bp1web01',
    startedAt,
    endedAt: startedAt + took * minute,
    ...server,
  };
}

export const noPermission: SmcFailure = {
  code: 'Forbidden.RAM',
  message: 'User not authorized to operate on the specified resource.',
  remedy: 'Give the RAM user AliyunSMCFullAccess.',
  action: 'CreateReplicationJob',
  requestId: '0B1F2A3C-1111-2222-3333-444455556666',
};

/** Of the job of db-01. */
const whatSmcSaid: ServerView['evidence'] = {
  jobId: 'j-bp1db01',
  readAt: start + 300 * minute,
  job: {
    status: 'InError',
    businessStatus: 'Syncing',
    progress: 62.5,
    errorCode: 'InError',
    statusInfo: '{"error_code":"S7","error_msg":"<no> space | left"}',
    startTime: '2026-03-01T23:40:00Z',
    transitionInstanceId: 'i-bp1db01',
    runs: [{ type: 'Manual', startTime: '2026-03-01T23:40:00Z', endTime: '2026-03-02T03:00:00Z' }],
  },
  source: { sourceId: 's-bp1web01', state: 'Unavailable', errorCode: 'SourceServer.Offline' },
};

/** What a report must show of everything there is: failures of one cause and of another, a job left, a note. */
export function aBatchOfEverything(): ReportSource {
  const failed = { phase: 'failed' as const, imageId: undefined };
  return aBatch([
    aServer(),
    aServer({
      server: 'web-02',
      sourceId: 's-bp1web02',
      jobId: 'j-bp1web02',
      imageId: 'm-bp1web02',
      imageName: 'web_j-bp1web02',
      took: 95,
    }),
    aServer({ server: 'web-03', phase: 'skipped', jobId: undefined, startedAt: undefined }),
    aServer({
      server: 'app-01',
      wave: 'rest',
      from: 96,
      took: 2,
      ...failed,
      jobId: undefined,
      error: noPermission,
    }),
    aServer({
      server: 'app-02',
      wave: 'rest',
      from: 96,
      took: 3,
      ...failed,
      jobId: undefined,
      error: { ...noPermission, remedy: 'Ask for the key to be unlocked.', requestId: undefined },
    }),
    aServer({
      server: 'db-01',
      wave: 'rest',
      from: 100,
      took: 200,
      ...failed,
      jobId: 'j-bp1db01',
      error: { code: 'InError', message: 'Disk full,\nsay "df"', remedy: 'Free space on the source.' },
      evidence: whatSmcSaid,
      leftover: { jobId: 'j-bp1db01', why: 'keptByPolicy' },
    }),
    aServer({ server: 'db-02', wave: 'rest', from: 110, took: 40, note: 'the source was tagged late' }),
    aServer({
      server: 'db-03',
      wave: 'rest',
      phase: 'cancelled',
      jobId: undefined,
      imageId: undefined,
      startedAt: undefined,
    }),
  ]);
}

/** The batch as it was at `at`: who had not started waits, who had not ended is under way. */
export function asItWas({ servers }: ReportSource, at: number): ReportSource {
  const views = servers.map((server): ServerView => {
    const { server: name, wave, sourceId, jobId, startedAt = 0, endedAt = 0 } = server;
    if (startedAt > at) return { server: name, wave, sourceId, phase: 'waiting' };
    if (endedAt <= at) return server;
    return { server: name, wave, sourceId, jobId, startedAt, phase: 'migrating', starts: 1 };
  });
  const waiting = 'all running slots of this batch are in use';
  return {
    ...aBatch(views, { status: 'running', waiting, estimatedEnd: at + 300 * minute }),
    generatedAt: new Date(at),
  };
}

/** A migration as it may look: a canary, then waves with some failures, as many at once as there are slots. */
export function aLargeBatch(count: number, slots = 50): ReportSource {
  const random = lcg(count);
  const busyUntil: number[] = [];
  const servers: ServerView[] = [];
  let from = 0;
  for (let i = 0; i < count; i++) {
    const wave = i < count * 0.05 ? 'canary' : i < count * 0.5 ? 'web' : 'databases';
    if (servers.length > 0 && servers.at(-1)!.wave !== wave) from = Math.max(...busyUntil) + 20;
    const slot = busyUntil.length < slots ? busyUntil.length : busyUntil.indexOf(Math.min(...busyUntil));
    const begin = Math.max(from, busyUntil[slot] ?? 0) + random();
    const took = 15 + 60 * random() + (random() < 0.1 ? 150 * random() : 0);
    const luck = random();
    const id = String(i + 1).padStart(4, '0');
    const name = `${wave === 'databases' ? 'db' : 'web'}-${id}.dc1.example.com`;
    const isShort = luck < 0.06;
    servers.push(
      aServer({
        server: name,
        wave,
        from: begin,
        took: isShort ? took / 3 : took,
        sourceId: `s-bp1e54y3l2vh${id}`,
        jobId: `j-bp19xkz8v7qm${id}`,
        imageId: `m-bp1f2a77c0de${id}`,
        ...(isShort && troubles(i, `j-bp19xkz8v7qm${id}`)),
        ...(luck > 0.98 && { phase: 'cancelled', imageId: undefined }),
      }),
    );
    busyUntil[slot] = begin + (isShort ? took / 3 : took);
  }
  return aBatch(servers);
}

function troubles(i: number, jobId: string): Partial<ServerView> {
  const base = { phase: 'failed' as const, imageId: undefined };
  if (i % 3 === 0) return { ...base, error: noPermission };
  const error = {
    code: 'ReplicationJob.InError',
    message: 'The disk of the source server was full while the data was copied.',
    remedy: 'Free 2 GiB on each disk of the source, then retry the server.',
  };
  return i % 3 === 1 ? { ...base, error } : { ...base, error, leftover: { jobId, why: 'keptByPolicy' } };
}

/** Numbers from 0 to 1, the same ones at every run. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
