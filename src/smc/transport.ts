import { randomUUID } from 'node:crypto';
import { Agent, EnvHttpProxyAgent, request } from 'undici';
import type { CredentialsProvider } from './credentials';
import { SmcError } from './errors';
import { canonicalQuery, signature, stringToSign, type WireParams } from './signature';

export interface TransportOptions {
  /** Default `https://smc.aliyuncs.com`, one endpoint for every region. */
  endpoint?: string;
  credentials: CredentialsProvider;
  /** Milliseconds for the whole answer; default 30,000. */
  timeoutMs?: number;
  /** Connections kept alive to the endpoint; default 16. */
  connections?: number;
}

/** Signs and sends one call; gives the parsed answer. It never repeats a call: Temporal does, in one place. */
export interface Transport {
  call(action: string, params: WireParams, options?: { signal?: AbortSignal }): Promise<unknown>;
  close(): Promise<void>;
}

export const apiVersion = '2019-06-01';
export const defaultEndpoint = 'https://smc.aliyuncs.com';

/** Longer requests than this travel as a form body instead of a query. */
const maxQueryLength = 4_000;

/** A pooled, keep-alive transport over undici. `call` rejects with an {@link SmcError}. */
export function createTransport(options: TransportOptions): Transport {
  const endpoint = new URL(options.endpoint ?? defaultEndpoint);
  const timeout = options.timeoutMs ?? 30_000;
  const pool = {
    connections: options.connections ?? 16,
    connect: { timeout: 10_000 },
    headersTimeout: timeout,
    bodyTimeout: timeout,
  };
  const proxied = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].some(
    (name) => process.env[name],
  );
  const dispatcher = proxied ? new EnvHttpProxyAgent(pool) : new Agent(pool);
  // Added to our clock, after the service has told that ours is wrong.
  let clockSkewMs = 0;

  async function send(action: string, params: WireParams, signal?: AbortSignal): Promise<unknown> {
    const { accessKeyId, accessKeySecret, securityToken } = await options.credentials();
    const signed: WireParams = {
      ...params,
      Action: action,
      Version: apiVersion,
      Format: 'JSON',
      AccessKeyId: accessKeyId,
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: randomUUID(),
      Timestamp: new Date(Date.now() + clockSkewMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    };
    if (securityToken) signed.SecurityToken = securityToken;
    const plain = canonicalQuery(signed);
    const method = plain.length > maxQueryLength ? 'POST' : 'GET';
    signed.Signature = signature(stringToSign(method, signed), accessKeySecret);
    const query = canonicalQuery(signed);

    const url = new URL(endpoint);
    if (method === 'GET') url.search = query;
    let statusCode: number;
    let text: string;
    let date: string | undefined;
    try {
      const answer = await request(url, {
        method,
        dispatcher,
        signal: signal
          ? AbortSignal.any([signal, AbortSignal.timeout(timeout)])
          : AbortSignal.timeout(timeout),
        ...(method === 'POST' && {
          body: query,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      });
      statusCode = answer.statusCode;
      date = headerText(answer.headers.date);
      text = await answer.body.text();
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new SmcError(
        { code: 'NetworkError', message: `${endpoint.origin}: ${networkReason(cause)}`, action },
        { cause },
      );
    }
    const body = parseAnswer(text);
    if (statusCode >= 200 && statusCode < 300 && body && !isErrorBody(body)) return body;
    const error = errorFrom(action, statusCode, body, text);
    if (error.code.startsWith('InvalidTimeStamp') && date)
      throw new ClockSkew(error, Date.parse(date) - Date.now());
    throw error;
  }

  return {
    async call(action, params, { signal } = {}) {
      try {
        return await send(action, params, signal);
      } catch (error) {
        if (!(error instanceof ClockSkew)) throw error;
        // The call was refused before it had any effect; with the service's time it can go out again at once.
        clockSkewMs = error.skewMs;
        return send(action, params, signal).catch((again) => {
          throw again instanceof ClockSkew ? again.refusal : again;
        });
      }
    },
    close: () => dispatcher.close(),
  };
}

class ClockSkew extends Error {
  constructor(
    readonly refusal: SmcError,
    readonly skewMs: number,
  ) {
    super(refusal.message);
  }
}

const headerText = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

function parseAnswer(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const isErrorBody = (body: Record<string, unknown>) =>
  typeof body.Code === 'string' && typeof body.Message === 'string';

function errorFrom(
  action: string,
  httpStatus: number,
  body: Record<string, unknown> | undefined,
  text: string,
): SmcError {
  if (!body?.Code) {
    const start = text.trim().replace(/\s+/g, ' ').slice(0, 120);
    return new SmcError({
      code: 'UnreadableAnswer',
      message: `HTTP ${httpStatus} without an API answer${start ? `: ${start}` : ''}`,
      action,
      httpStatus,
    });
  }
  return new SmcError({
    code: String(body.Code),
    message: String(body.Message ?? 'no message'),
    action,
    httpStatus,
    requestId: body.RequestId === undefined ? undefined : String(body.RequestId),
    recommend: typeof body.Recommend === 'string' ? body.Recommend : undefined,
  });
}

function networkReason(cause: unknown): string {
  const errors = cause instanceof AggregateError ? cause.errors : [cause];
  const first = errors[0] as {
    code?: string;
    name?: string;
    message?: string;
    cause?: { code?: string; message?: string };
  };
  if (first?.name === 'TimeoutError') return 'no answer in time';
  const code = first?.code ?? first?.cause?.code;
  const said: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ENOTFOUND: 'host name not found',
    ECONNRESET: 'connection reset',
    UND_ERR_SOCKET: 'connection closed before the answer',
    UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
    UND_ERR_BODY_TIMEOUT: 'answer stopped half-way',
    UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  };
  return (code && said[code]) ?? [code, first?.message].filter(Boolean).join(' ');
}
