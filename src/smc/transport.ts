import { createHttpClient, HttpFailure } from '../http';
import { type AnswerBody, isErrorBody, parseAnswerBody } from './answer-body';
import type { CredentialsProvider } from './credentials';
import { SmcError } from './errors';
import { errorFrom, isTimestampRefusal } from './refusal';
import { type SignatureKind, type SignedCall, signCall, type UnsignedCall } from './sign-call';
import type { WireParams } from './signature';

export interface TransportOptions {
  /** Default `https://smc.aliyuncs.com`, one endpoint for all regions; a host name alone means https. */
  endpoint?: string;
  credentials: CredentialsProvider;
  /** How calls are signed; default 1.0. */
  signature?: SignatureKind;
  /** The requested format of answers; default JSON. An answer in the other format is read, too. */
  format?: 'JSON' | 'XML';
  /** Milliseconds for the whole answer; default 30,000. */
  timeoutMs?: number;
  /** Connections to the endpoint that are kept open; default 16. */
  connections?: number;
}

/** Signs and sends calls, and parses their answers. It never repeats a call: only Temporal does. */
export interface Transport {
  /** Rejects with an {@link SmcError}, or with the signal's reason when the signal ends the wait. */
  call(action: string, params: WireParams, options?: { signal?: AbortSignal }): Promise<unknown>;
  /** How fast the time of the account runs, once a simulator has answered; undefined of a real account. */
  simulatedSpeed(): number | undefined;
  /** Waits for the calls that are not answered yet, then closes the connections. */
  close(): Promise<void>;
}

export const apiVersion = '2019-06-01';
/** Only the simulator answers with it: `speed=600`, its seconds in one of ours. */
export const simulatorHeader = 'x-smc-batch-simulator';
export const defaultEndpoint = 'https://smc.aliyuncs.com';

/** A smaller difference of the clocks does not explain a refusal: the service accepts timestamps that are 15 to 31 minutes off. */
const leastSkewMs = 60_000;

/** A transport over undici that keeps its connections open and uses the HTTP proxies of the environment. */
export function createTransport(options: TransportOptions): Transport {
  const endpoint = endpointUrl(options.endpoint ?? defaultEndpoint);
  const http = createHttpClient({ timeoutMs: options.timeoutMs, connections: options.connections });
  // Added to our clock after the service has refused its time.
  let clockSkewMs = 0;
  let simulatedSpeed: number | undefined;

  async function send(action: string, params: WireParams, signal?: AbortSignal): Promise<AnswerBody> {
    const credentials = await options.credentials();
    const sentAt = Date.now() + clockSkewMs;
    const call = signed({
      action,
      version: apiVersion,
      host: endpoint.host,
      params,
      format: options.format ?? 'JSON',
      at: sentAt,
      credentials,
    });
    const answer = await exchange(call, action, signal);
    const body = parseAnswerBody(answer.text);
    if (answer.statusCode < 300 && body && !isErrorBody(body)) return body;
    const secrets = [credentials.accessKeySecret, credentials.securityToken, call.signature];
    const refusal = errorFrom({ action, signed: call.signed, secrets }, body, answer);
    const serviceTime = Date.parse(answer.date ?? '');
    if (isTimestampRefusal(refusal.code) && Math.abs(serviceTime - sentAt) > leastSkewMs) {
      throw new ClockSkew(refusal, serviceTime - Date.now());
    }
    throw refusal;
  }

  function signed(call: UnsignedCall): SignedCall {
    try {
      return signCall(options.signature ?? '1.0', call);
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      // A lone surrogate has no UTF-8 form: the text can never be sent.
      const { action } = call;
      throw new SmcError({ code: 'InvalidParameter', message: 'a text holds half a character', action });
    }
  }

  async function exchange({ body, headers }: SignedCall, action: string, signal?: AbortSignal) {
    try {
      const answer = await http.exchange(endpoint, { method: 'POST', body, headers, signal });
      simulatedSpeed = speedOf(answer.header(simulatorHeader));
      return {
        statusCode: answer.statusCode,
        date: answer.header('date'),
        retryAfter: answer.header('retry-after'),
        text: answer.text,
      };
    } catch (cause) {
      if (!(cause instanceof HttpFailure)) throw cause;
      const code = cause.kind === 'tooLarge' ? 'UnreadableAnswer' : 'NetworkError';
      throw new SmcError({ code, message: `${endpoint.origin}: ${cause.message}`, action }, { cause });
    }
  }

  return {
    async call(action, params, { signal } = {}) {
      try {
        return await send(action, params, signal);
      } catch (error) {
        if (!(error instanceof ClockSkew)) throw error;
        // The call was refused before it had any effect: it is sent again at once with the service's time.
        clockSkewMs = error.skewMs;
        return send(action, params, signal).catch((again) => {
          throw again instanceof ClockSkew ? again.refusal : again;
        });
      }
    },
    simulatedSpeed: () => simulatedSpeed,
    close: () => http.close(),
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

function speedOf(header: string | undefined): number | undefined {
  const [, speed] = /^speed=(\d+(?:\.\d+)?)$/.exec(header ?? '') ?? [];
  return speed === undefined ? undefined : Number(speed);
}

function endpointUrl(text: string): URL {
  const url = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(url)) throw new Error(`SMC_ENDPOINT is no address: ${text}`);
  return new URL(url);
}
