import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { compressingCodec } from '../temporal';

type History = temporal.api.history.v1.IHistory;

const { HistoryEvent } = temporal.api.history.v1;

/** The events of a history as they are read: payloads decoded, enums by name, times in ISO 8601. */
export async function historyJson({ events }: History): Promise<unknown[]> {
  const plain = (events ?? []).map((event) =>
    HistoryEvent.toObject(HistoryEvent.fromObject(event), { enums: String, longs: String }),
  );
  return (await readable(plain)) as unknown[];
}

async function readable(value: unknown, name = ''): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return Promise.all(value.map((item) => readable(item, name)));
  if (isPayload(value)) return decoded(value);
  if ('seconds' in value) return timeOf(value as Time, name);
  const entries = Object.entries(value);
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, item]) => [key, await readable(item, key)])),
  );
}

const isPayload = (value: object): value is Payload =>
  'metadata' in value &&
  Object.values((value.metadata ?? {}) as object).every((item) => item instanceof Uint8Array);

async function decoded(payload: Payload): Promise<unknown> {
  try {
    const [one] = await compressingCodec.decode([payload]);
    return defaultPayloadConverter.fromPayload(one!);
  } catch {
    const encoding = Buffer.from(payload.metadata?.encoding ?? []).toString();
    return `${payload.data?.length ?? 0} bytes (${encoding}), which cannot be read here`;
  }
}

interface Time {
  seconds?: string | null;
  nanos?: number | null;
}

/** A point in time, or by its name a duration. */
function timeOf({ seconds, nanos }: Time, name: string): string {
  const ms = Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6;
  return /time$/i.test(name) ? new Date(ms).toISOString() : `${ms / 1_000} s`;
}
