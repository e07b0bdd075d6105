import { createCipheriv } from 'node:crypto';
import { largestBatch } from '../../workflows/batch/carry/largest-batch';
import type { Plan } from '../plan';
import { compressingCodec } from '../temporal/payload-codec';

/** Temporal takes no larger message from a workflow, or to it; some room is left for what stands around it. */
export const largestBatchBytes = 2 * 1024 * 1024 - 64 * 1024;

/** Below this a plan cannot come near the limit, whatever becomes of its servers. */
const small = { servers: 500, bytes: 256 * 1024 };
/** The longest journal a batch keeps, and what else it knows beside its servers. */
const otherBytes = 160 * 1024;

/**
 * How large a batch may become, in bytes as Temporal stores them: its plan with all that a batch has to remember when
 * every server has failed with a text of its own.
 */
export async function largestSizeOf(plan: Plan): Promise<number> {
  const bare = Buffer.byteLength(JSON.stringify(plan));
  if (plan.servers.length <= small.servers && bare <= small.bytes) return bare;
  const [start, later] = await Promise.all([
    storedBytes({ plan }),
    storedBytes({ carried: largestBatch(plan, incompressible(), Date.now()) }),
  ]);
  return Math.max(start, later + otherBytes);
}

/** Why the plan is too large to be one batch; undefined when it is not. */
export async function sizeProblem(plan: Plan): Promise<string | undefined> {
  const bytes = await largestSizeOf(plan);
  if (bytes <= largestBatchBytes) return undefined;
  const { length } = plan.servers;
  const parts = Math.ceil(bytes / largestBatchBytes);
  const share = Math.round((bytes - otherBytes) / length);
  return (
    `the plan is too large for one batch: its ${length} servers may need ${kib(bytes)} KiB, about ${share} bytes each, and Temporal ` +
    `carries at most ${kib(largestBatchBytes)} KiB. Split it into ${parts} plans or more, each with a name of its own and the same ` +
    `account.id, so that they share the quota; or give the servers fewer settings of their own (tags, descriptions, disks)`
  );
}

const kib = (bytes: number) => Math.ceil(bytes / 1024);

async function storedBytes(value: unknown): Promise<number> {
  // As the SDK's own converter writes it; without the SDK, which `validate` has no use for.
  const metadata = { encoding: Buffer.from('json/plain') };
  const [stored] = await compressingCodec.encode([{ metadata, data: Buffer.from(JSON.stringify(value)) }]);
  return stored?.data?.length ?? 0;
}

/** Texts that no compression makes shorter, the same each time. */
function incompressible() {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  const bytes = (count: number) => cipher.update(Buffer.alloc(count));
  return {
    text: (length: number) => bytes(length).toString('base64url').slice(0, length),
    hex: (length: number) => bytes(length).toString('hex').slice(0, length),
  };
}
