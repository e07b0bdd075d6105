import { randomUUID } from 'node:crypto';
import { canonicalQuery, signature, stringToSign, type WireParams } from './signature';
import {
  acs3,
  canonicalRequest,
  sha256,
  signatureV3,
  signedHeaderNames,
  stringToSignV3,
} from './signature-v3';

/** How calls are signed: Signature 1.0 in their parameters, or ACS3-HMAC-SHA256 (`v3`) in their headers. */
export type SignatureKind = '1.0' | 'v3';

/** The value of `SMC_SIGNATURE`: upper or lower case; undefined when it names neither kind. */
export function signatureKind(value: string | undefined): SignatureKind | undefined {
  const given = (value ?? '').trim().toLowerCase();
  if (given === '' || /^v?1(\.0)?$/.test(given)) return '1.0';
  return /^v?3(\.0)?$/.test(given) ? 'v3' : undefined;
}

/** The signature in a line, for people. */
export const signatureNames: Readonly<Record<SignatureKind, string>> = {
  '1.0': '1.0 (HMAC-SHA1), in the body of a POST',
  v3: 'v3 (ACS3-HMAC-SHA256), in the headers of a POST',
};

/** A call before it is signed. */
export interface UnsignedCall {
  action: string;
  version: string;
  /** Host and port, as the header `Host` names them. */
  host: string;
  params: WireParams;
  format: 'JSON' | 'XML';
  /** Milliseconds since the epoch, by the clock of the service. */
  at: number;
  credentials: { accessKeyId: string; accessKeySecret: string; securityToken?: string };
}

/** A signed call: a POST. Its URL holds no parameter, so that no log of URLs holds a token or a signature. */
export interface SignedCall {
  headers: Record<string, string>;
  body: string;
  /** What a service may quote when it refuses the signature. */
  signed: { kind: SignatureKind; stringToSign: string; canonicalRequest?: string };
  signature: string;
}

const form = 'application/x-www-form-urlencoded';

/** Signs a call with a new nonce. Throws a URIError on a lone surrogate, which has no UTF-8 form. */
export function signCall(kind: SignatureKind, call: UnsignedCall): SignedCall {
  return kind === 'v3' ? signInHeaders(call) : signInParameters(call);
}

const utcSeconds = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

function signInParameters({ action, version, params, format, at, credentials }: UnsignedCall): SignedCall {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const whole: WireParams = {
    ...params,
    Action: action,
    Version: version,
    Format: format,
    AccessKeyId: accessKeyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: utcSeconds(at),
    ...(securityToken && { SecurityToken: securityToken }),
  };
  const text = stringToSign('POST', whole);
  const given = signature(text, accessKeySecret);
  return {
    headers: { 'content-type': form },
    body: canonicalQuery({ ...whole, Signature: given }),
    signed: { kind: '1.0', stringToSign: text },
    signature: given,
  };
}

function signInHeaders({ action, version, host, params, format, at, credentials }: UnsignedCall): SignedCall {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const body = canonicalQuery({ ...params, Format: format });
  const bodyHash = sha256(body);
  const headers: Record<string, string> = {
    host,
    accept: format === 'XML' ? 'application/xml' : 'application/json',
    'content-type': form,
    'x-acs-action': action,
    'x-acs-version': version,
    'x-acs-date': utcSeconds(at),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': bodyHash,
    ...(securityToken && { 'x-acs-security-token': securityToken }),
  };
  const canonical = canonicalRequest({ method: 'POST', headers, bodyHash });
  const text = stringToSignV3(canonical);
  const given = signatureV3(text, accessKeySecret);
  const names = signedHeaderNames(headers).join(';');
  return {
    headers: {
      ...headers,
      authorization: `${acs3} Credential=${accessKeyId},SignedHeaders=${names},Signature=${given}`,
    },
    body,
    signed: { kind: 'v3', stringToSign: text, canonicalRequest: canonical },
    signature: given,
  };
}
