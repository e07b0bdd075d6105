import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { largestBatchBytes, largestSizeOf, sizeProblem } from '../../../../src/batch-client/batch-size';
import type { Plan, PlannedServer } from '../../../../src/plan';
import { compressingCodec } from '../../../../src/temporal';
import { cutText } from '../../../../src/text';
import { carriedBatch, unpackedBatch } from '../../../../workflows/batch/carry/carried-batch';
import { textLimits } from '../../../../workflows/batch/servers/failure-texts';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import { type BatchState, batchOf } from '../../../../workflows/batch/state';
import { wish } from '../../../../workflows/batch/wishes';
import { aBatch } from '../a-batch';

const noise = (length: number) => randomBytes(length).toString('base64url').slice(0, length);

function planOf(count: number, ownTag: (nth: number) => string = () => 'same'): Plan {
  const servers = Array.from({ length: count }, (_, i): PlannedServer => {
    const tags = Array.from({ length: 16 }, (_, t) => ({
      key: `tag-${t}`,
      value: t < 15 ? `value-${t}` : ownTag(i),
    }));
    return {
      name: `web-${i}.example.com`,
      sourceId: `s-bp1${noise(16)}`,
      wave: i % 2 ? 'odd' : 'even',
      job: { regionId: 'cn-hangzhou', systemDiskSize: 80 + (i % 3), vSwitchId: 'vsw-1', netMode: 2, tags },
    };
  });
  return {
    name: 'b',
    account: { id: 'a', quota: { jobs: 100, running: 50 } },
    policy: {
      maxConcurrent: 50,
      attempts: 3,
      restartDelaySeconds: 1,
      jobTimeoutSeconds: 3_600,
      stallTimeoutSeconds: 3_600,
      onFailure: 'keepJob',
      lockoutDates: [],
      priority: 0,
    },
    waves: ['even', 'odd'].map((name) => ({ name, overlap: false })),
    servers,
  };
}

const stateOf = (plan: Plan, records: Record<string, ServerRecord>, more: Partial<BatchState> = {}) =>
  aBatch(plan, records, more).state;

/** Every server of the plan fails; gives the records as the batch keeps them. */
function allFailed({ servers: planned, ...plan }: Plan, messageOf: (nth: number) => string) {
  const { index, state } = aBatch({ ...plan, servers: planned });
  planned.forEach(({ name, sourceId }, i) => {
    index.set(name, {
      phase: 'failed',
      round: 1_900_000_000 + Math.floor((i * 977) / 1000),
      starts: 3,
      sourceId,
      startedAt: 1_900_000_000_000 + i * 977,
      stoppedRunningAt: 1_900_003_000_000 + i * 1_013,
      endedAt: 1_900_004_000_000 + i * 1_009,
      jobId: `j-bp1${noise(17)}`,
      error: {
        code: 'InternalError',
        message: messageOf(i),
        remedy: 'See the job in the SMC console, then retry the server.',
        action: 'StartReplicationJob',
        requestId: crypto.randomUUID().toUpperCase(),
      },
    });
  });
  return state.servers;
}

async function storedBytes(plan: Plan, records: Record<string, ServerRecord>): Promise<number> {
  const payload = defaultPayloadConverter.toPayload({ carried: carriedBatch(stateOf(plan, records)) });
  return (await compressingCodec.encode([payload]))[0]!.data!.length;
}

const roundTrip = (state: BatchState) => unpackedBatch(JSON.parse(JSON.stringify(carriedBatch(state))));

test.each([
  [10_000, 'long texts that are all different', () => noise(5_000)],
  [2_000, 'long texts in Chinese', () => `${noise(8)}${'迁移任务失败'.repeat(300)}`],
  [2_000, 'one text with the ids of each', (nth: number) => `web-${nth}.example.com: ${'x'.repeat(700)}`],
])('%i servers with tags that have all failed, with %s, are carried on', async (count, _, messageOf) => {
  const plan = planOf(count, () => noise(8));
  const bytes = await storedBytes(plan, allFailed(plan, messageOf));
  expect(bytes).toBeLessThan(largestBatchBytes);
  // What validate and apply reckon with is enough for it.
  const largest = await largestSizeOf(plan);
  expect(bytes).toBeLessThanOrEqual(largest);
  expect(largest).toBeLessThanOrEqual(largestBatchBytes);
});

test('servers that share most of their settings take a fraction of the room', () => {
  const plan = planOf(1_000);
  const carried = JSON.stringify(carriedBatch(stateOf(plan, {})));
  expect(carried.length).toBeLessThan(JSON.stringify(plan).length / 5);
});

test('a plan too large for one batch is refused with its size, the limit and what to do', async () => {
  const plan = planOf(10_000, () => noise(128));
  expect(await sizeProblem(plan)).toMatch(
    /its 10000 servers may need \d+ KiB, about \d+ bytes each, and Temporal carries at most 1984 KiB\. Split it into 2 plans or more/,
  );
  expect(await sizeProblem({ ...plan, servers: plan.servers.slice(0, 4_000) })).toBeUndefined();
});

test('what one run hands to the next is what it knew', () => {
  const plan = planOf(4);
  const [one, two, three] = plan.servers.map(({ name }) => name);
  delete plan.servers[2]!.sourceId;
  plan.servers[2]!.sourceName = 'three';
  plan.servers[3]!.job = { regionId: 'cn-beijing', replicationParameters: '{"checksum":true}' };
  const records: Record<string, ServerRecord> = {
    [one!]: {
      phase: 'migrating',
      round: 1,
      sourceId: plan.servers[0]!.sourceId,
      starts: 2,
      runId: 'r-1',
      diskGiB: 40,
    },
    // Its source was another one when it was migrated.
    [two!]: { phase: 'migrated', round: 3, sourceId: 's-before', jobId: 'j-2', imageId: 'm-2', endedAt: 7 },
    [three!]: { phase: 'skipped', round: 0, sourceId: 's-3', note: 'by hand', endedAt: 9, diskGiB: 0.5 },
    [plan.servers[3]!.name]: { phase: 'waiting', round: 0, sourceId: plan.servers[3]!.sourceId },
  };
  const batch = aBatch(plan, records, { cancelRequested: true });
  wish(batch, one!, 'cancel', 5);
  expect(JSON.parse(JSON.stringify(roundTrip(batch.state)))).toEqual(JSON.parse(JSON.stringify(batch.state)));
});

test('a failure keeps its whole text as long as there is room, also in the next run', () => {
  const plan = planOf(2_000);
  const records = allFailed(plan, (nth) =>
    nth % 2 ? noise(900) : `server web-${nth}.example.com: ${'y'.repeat(600)}`,
  );
  const lengths = (all: Record<string, ServerRecord>) =>
    plan.servers.map(({ name }) => (all[name] as { error: { message: string } }).error.message.length);
  const kept = lengths(records);
  // One text with its ids counts once; of those that differ the first ones are whole.
  expect(kept.filter((_, i) => i % 2 === 0).every((length) => length > 600)).toBe(true);
  expect(kept[1]).toBe(900);
  expect(kept.at(-1)).toBeLessThanOrEqual(textLimits.beyond);
  const next = batchOf(roundTrip(stateOf(plan, records)));
  expect(lengths(next.state.servers)).toEqual(kept);
});

test.each([
  ['short', 10, 'short'],
  ['a text that is too long', 10, 'a text …'],
  ['迁移任务失败', 10, '迁移…'],
])('%s is cut to %i bytes', (text, most, expected) => {
  expect(cutText(text, most)).toBe(expected);
});
