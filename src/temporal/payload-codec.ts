import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';

const zip = promisify(gzip);
const unzip = promisify(gunzip);
const encodingKey = 'encoding';
const innerEncodingKey = 'smc-batch-inner-encoding';
const gzipEncoding = new TextEncoder().encode('binary/gzip');

/** A smaller payload is not compressed, so that the Temporal UI shows it. */
const thresholdBytes = 64 * 1024;

/**
 * Compresses large payloads, so that a plan of ten thousand servers stays below Temporal's limit of 2 MiB.
 * Client and worker must both use it.
 */
export const compressingCodec: PayloadCodec = {
  encode: (payloads) => Promise.all(payloads.map(compress)),
  decode: (payloads) => Promise.all(payloads.map(decompress)),
};

export const dataConverter: DataConverter = { payloadCodecs: [compressingCodec] };

async function compress(payload: Payload): Promise<Payload> {
  const inner = payload.metadata?.[encodingKey];
  if (!payload.data || payload.data.length < thresholdBytes || !inner) return payload;
  return {
    metadata: { ...payload.metadata, [encodingKey]: gzipEncoding, [innerEncodingKey]: inner },
    data: await zip(payload.data),
  };
}

async function decompress(payload: Payload): Promise<Payload> {
  const { [innerEncodingKey]: inner, ...metadata } = payload.metadata ?? {};
  if (!inner || !payload.data) return payload;
  return { metadata: { ...metadata, [encodingKey]: inner }, data: await unzip(payload.data) };
}
