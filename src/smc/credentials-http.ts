import { Agent, type Dispatcher, EnvHttpProxyAgent, request as send } from 'undici';
import { networkReason } from './network-failure';

/** A request as `@alicloud/credentials` makes it. */
export interface CredentialsRequest {
  method: string;
  headers?: Record<string, string>;
  bodyForm?: Record<string, string>;
  readTimeout?: number;
  connectTimeout?: number;
  toRequestURL(): string;
}

export interface CredentialsAnswer {
  statusCode: number;
  headers: Record<string, unknown>;
  body: Buffer;
}

/** Sends one request to a source of credentials. */
export type CredentialsHttp = (request: CredentialsRequest) => Promise<CredentialsAnswer>;

/** Over undici: STS by the proxies of the environment, the machine's own services past them. */
export const credentialsHttp: CredentialsHttp = async (request) => {
  const url = new URL(request.toRequestURL());
  const connect = { timeout: request.connectTimeout ?? 5_000 };
  const dispatcher: Dispatcher = isOwnMachine(url.hostname)
    ? new Agent({ connect })
    : new EnvHttpProxyAgent({ connect });
  const timeoutMs = (request.connectTimeout ?? 5_000) + (request.readTimeout ?? 10_000);
  const form = request.bodyForm && Object.keys(request.bodyForm).length > 0;
  try {
    const answer = await send(url, {
      method: request.method as Dispatcher.HttpMethod,
      headers: request.headers,
      body: form ? new URLSearchParams(request.bodyForm).toString() : undefined,
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = Buffer.from(await answer.body.arrayBuffer());
    return { statusCode: answer.statusCode, headers: answer.headers, body };
  } catch (cause) {
    throw new Error(`${url.host}: ${networkReason(cause)}`, { cause });
  } finally {
    void dispatcher.close().catch(() => undefined);
  }
};

/** Loopback, and the metadata addresses of a machine or a container. */
const isOwnMachine = (host: string) =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|100\.100\.100\.200|169\.254\.\d+\.\d+)$/.test(host);

/** `HTTP 403 NoPermission: You are not authorized …`; undefined for an answer that is none. */
export function refusalOf({ statusCode, body }: CredentialsAnswer): string | undefined {
  if (statusCode === 200) return undefined;
  try {
    const { Code, Message } = JSON.parse(body.toString()) as { Code?: unknown; Message?: unknown };
    const said = [Code, Message].filter((text) => typeof text === 'string').join(': ');
    return `HTTP ${statusCode}${said ? ` ${said.slice(0, 300)}` : ''}`;
  } catch {
    return `HTTP ${statusCode}`;
  }
}
