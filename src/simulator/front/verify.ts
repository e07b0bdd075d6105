import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { canonicalQuery, signature, stringToSign, type WireParams } from '../../smc';
import { ApiError, missing } from '../api-error';
import { rememberNonces } from './nonces';

/** A request with the parts that its signature covers. */
interface SignedRequest {
  method: 'GET' | 'POST';
  /** Query and form together. */
  params: WireParams;
  /** The query alone. */
  query: WireParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Accepts a request that is signed with the account's key; throws an {@link ApiError} for any other one. */
export type Verifier = (request: SignedRequest) => void;

const windowMs = 31 * 60_000;
const acs3 = 'ACS3-HMAC-SHA256';

/**
 * Checks Signature 1.0 (parameters) or ACS3-HMAC-SHA256 (headers), the one that the request has. Its timestamp is compared
 * with this machine's time, not with the account's virtual time: clients sign with real clocks.
 */
export function createVerifier(credentials: { accessKeyId: string; accessKeySecret: string }): Verifier {
  // A timestamp may be in the future as well as in the past: a nonce can be replayed for twice the window.
  const nonces = rememberNonces(2 * windowMs);

  const check = (given: { accessKeyId: string; timestamp: string; nonce: string; verify: () => void }) => {
    checkTimestamp(given.timestamp);
    if (given.accessKeyId !== credentials.accessKeyId)
      throw new ApiError('InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
    given.verify();
    if (!nonces.isNew(given.nonce))
      throw new ApiError('SignatureNonceUsed', 'Specified signature nonce was used already.');
  };

  return (request) => {
    if (request.headers.authorization?.startsWith('ACS3-')) check(headerSignature(request, credentials));
    else check(parameterSignature(request, credentials));
  };
}

function parameterSignature(request: SignedRequest, { accessKeySecret }: { accessKeySecret: string }) {
  const { params, method } = request;
  const need = (name: string) => {
    if (!params[name]) throw missing(name);
    return params[name];
  };
  const given = need('Signature');
  if (need('SignatureMethod').toUpperCase() !== 'HMAC-SHA1')
    throw new ApiError('InvalidSignatureMethod', 'Specified signature method is not valid: HMAC-SHA1 is.');
  if (need('SignatureVersion') !== '1.0')
    throw new ApiError('InvalidSignatureVersion', 'Specified signature version is not valid: 1.0 is.');
  return {
    accessKeyId: need('AccessKeyId'),
    timestamp: need('Timestamp'),
    nonce: need('SignatureNonce'),
    verify() {
      const text = stringToSign(method, params);
      if (equal(given, signature(text, accessKeySecret))) return;
      throw new ApiError(
        'SignatureDoesNotMatch',
        `Specified signature is not matched with our calculation. server string to sign is:${text}`,
      );
    },
  };
}

function headerSignature(request: SignedRequest, { accessKeySecret }: { accessKeySecret: string }) {
  const { headers, method, query, body } = request;
  const need = (name: string) => {
    const value = headers[name];
    if (typeof value !== 'string' || value === '') throw missing(name);
    return value;
  };
  const authorization =
    /^ACS3-HMAC-SHA256\s+Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/i.exec(
      headers.authorization ?? '',
    );
  if (!authorization)
    throw new ApiError(
      'IncompleteSignature',
      `The Authorization header is not '${acs3} Credential=…,SignedHeaders=…,Signature=…'.`,
    );
  const [, accessKeyId = '', signedHeaders = '', given = ''] = authorization;
  const names = signedHeaders.toLowerCase().split(';');
  return {
    accessKeyId,
    timestamp: need('x-acs-date'),
    nonce: need('x-acs-signature-nonce'),
    verify() {
      const bodyHash = createHash('sha256').update(body).digest('hex');
      if (need('x-acs-content-sha256').toLowerCase() !== bodyHash)
        throw new ApiError('InvalidContentSha256', "The header x-acs-content-sha256 is not the body's hash.");
      const mustBeSigned = Object.keys(headers).filter(
        (name) => name === 'host' || name.startsWith('x-acs-'),
      );
      for (const name of mustBeSigned) {
        if (!names.includes(name))
          throw new ApiError('IncompleteSignature', `The header ${name} is not signed.`);
      }
      const canonicalHeaders = [...names].sort().map((name) => `${name}:${headerText(headers[name])}\n`);
      const canonical = [
        method,
        '/',
        canonicalQuery(query),
        canonicalHeaders.join(''),
        signedHeaders,
        bodyHash,
      ].join('\n');
      const text = `${acs3}\n${createHash('sha256').update(canonical).digest('hex')}`;
      const expected = createHmac('sha256', accessKeySecret).update(text).digest('hex');
      if (equal(given.toLowerCase(), expected)) return;
      throw new ApiError(
        'SignatureDoesNotMatch',
        `Specified signature does not match our calculation. server string to sign is:${text}, server canonicalRequest is:${canonical}`,
      );
    },
  };
}

function checkTimestamp(timestamp: string): void {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(at))
    throw new ApiError(
      'InvalidTimeStamp.Format',
      'Specified time stamp or date value is not well formatted.',
    );
  if (Math.abs(Date.now() - at) > windowMs)
    throw new ApiError('InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
}

function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const headerText = (value: string | string[] | undefined) =>
  (Array.isArray(value) ? value.join(',') : (value ?? '')).trim();
