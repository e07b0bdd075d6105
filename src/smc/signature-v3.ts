import { createHash, createHmac } from 'node:crypto';
import { canonicalQuery, type WireParams } from './signature';

/** The name of the signature in the header `Authorization`. */
export const acs3 = 'ACS3-HMAC-SHA256';

/** The parts of a request that signature V3 covers. */
export interface CanonicalParts {
  method: 'GET' | 'POST';
  /** Parameters in the URL; those of the body are covered by its hash. */
  query?: WireParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** The headers that are signed; by default {@link signedHeaderNames}. */
  names?: string[];
  /** Hexadecimal SHA-256 of the body. */
  bodyHash: string;
}

/** Hexadecimal SHA-256. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The headers that V3 signs: `host`, `content-type` and all that begin with `x-acs-`, sorted. */
export const signedHeaderNames = (headers: Record<string, string>): string[] =>
  Object.keys(headers)
    .filter((name) => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'))
    .sort();

/** The text whose hash V3 signs: method, path, query, headers and the hash of the body, a line each. */
export function canonicalRequest(parts: CanonicalParts): string {
  const { method, query = {}, headers, bodyHash, names = signedHeaderNames(headers) } = parts;
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`);
  return [method, '/', canonicalQuery(query), lines.join(''), names.join(';'), bodyHash].join('\n');
}

/** The string that V3 signs. */
export const stringToSignV3 = (canonical: string): string => `${acs3}\n${sha256(canonical)}`;

/** Hexadecimal HMAC-SHA256 of the string to sign, under the AccessKey secret itself. */
export const signatureV3 = (text: string, accessKeySecret: string): string =>
  createHmac('sha256', accessKeySecret).update(text, 'utf8').digest('hex');
