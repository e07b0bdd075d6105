import { createHttpClient, type HttpRequest } from '../http';

/** A request of `@alicloud/credentials`. */
interface CredentialsRequest {
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

/** Sends requests to STS through the proxies of the environment, and those to services of this machine directly. */
export const credentialsHttp: CredentialsHttp = async (request) => {
  const { url, body, contentType } = wholeInBody(request);
  const timeoutMs = (request.connectTimeout ?? 5_000) + (request.readTimeout ?? 10_000);
  const client = createHttpClient({ timeoutMs, connections: 1, maxBodyBytes: 1024 * 1024 });
  try {
    const answer = await client.exchange(url, {
      method: request.method as HttpRequest['method'],
      headers: headersToKeep(request.headers),
      body,
      contentType,
      isDirect: isOwnMachine(url.hostname),
    });
    return { statusCode: answer.statusCode, headers: {}, body: Buffer.from(answer.text) };
  } catch (cause) {
    throw new Error(`${url.host}: ${(cause as Error).message}`, { cause });
  } finally {
    await client.close();
  }
};

/**
 * The URL and the body of a request. The parameters of a form travel in the body alone: STS reads query and form together, and
 * a token or a signature in a URL would be in the access log of every gateway.
 */
function wholeInBody(request: CredentialsRequest): { url: URL; body?: string; contentType?: string } {
  const url = new URL(request.toRequestURL());
  const form = new URLSearchParams([...url.searchParams, ...Object.entries(request.bodyForm ?? {})]);
  if (request.method !== 'POST' || form.size === 0) return { url };
  url.search = '';
  return { url, body: form.toString(), contentType: 'application/x-www-form-urlencoded' };
}

/** Without those that our HTTP sets itself, which may be written in other letters. */
const headersToKeep = (headers: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(user-agent|content-type)$/i.test(name)));

/** Whether the host is loopback, or the metadata address of a machine or a container. */
const isOwnMachine = (host: string) =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|100\.100\.100\.200|169\.254\.\d+\.\d+)$/.test(host);

/** `HTTP 403 NoPermission: You are not authorized …`; undefined for an answer that is no refusal. */
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
