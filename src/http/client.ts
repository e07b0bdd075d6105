import type { Dispatcher } from 'undici';
import { createDispatchers } from './dispatchers';
import { HttpFailure } from './failure';
import { networkReason } from './network-reason';
import { userAgent } from './user-agent';

export interface HttpClientOptions {
  /** Milliseconds for the whole answer with its body; default 30,000. */
  timeoutMs?: number;
  /** Connections to one host that are kept open; default 16. */
  connections?: number;
  /** The longest body that is read; default 8 MiB. */
  maxBodyBytes?: number;
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT';
  body?: string;
  contentType?: string;
  headers?: Record<string, string>;
  /** The request goes past all proxies, to a service of this machine. */
  isDirect?: boolean;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  statusCode: number;
  header(name: string): string | undefined;
  text: string;
}

/** Sends each request once, through the proxy that the environment names. */
export interface HttpClient {
  /** Rejects with an {@link HttpFailure}, or with the signal's reason when the signal ends the wait. */
  exchange(url: URL, request: HttpRequest): Promise<HttpAnswer>;
  /** Waits for the requests that are not answered yet, then closes the connections. */
  close(): Promise<void>;
}

/** Ten times the size of fifty jobs with sixteen disks and many runs. */
const defaultMaxBodyBytes = 8 * 1024 * 1024;

/** Loaded at the first request: most commands make none. */
let undici: Promise<typeof import('undici')> | undefined;

/** A client over undici that keeps its connections open. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { timeoutMs = 30_000, connections = 16, maxBodyBytes = defaultMaxBodyBytes } = options;
  const dispatchers = createDispatchers({ timeoutMs, connections });
  const underWay = new Set<Promise<unknown>>();

  async function exchange(url: URL, asked: HttpRequest): Promise<HttpAnswer> {
    const { method, body, contentType, headers, isDirect, signal } = asked;
    signal?.throwIfAborted();
    undici ??= import('undici');
    const { request } = await undici;
    const { dispatcher, proxy } = await (isDirect ? dispatchers.direct() : dispatchers.wayTo(url));
    signal?.throwIfAborted();
    const wait = new AbortController();
    const giveUp = () => wait.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      wait.abort();
    }, timeoutMs);
    try {
      const answer = await request(url, {
        method,
        dispatcher,
        signal: wait.signal,
        body,
        headers: {
          ...headers,
          ...(contentType && { 'content-type': contentType }),
          'user-agent': userAgent(),
        },
      });
      return {
        statusCode: answer.statusCode,
        header: (name) => [answer.headers[name]].flat()[0],
        text: await boundedText(answer, maxBodyBytes),
      };
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      if (cause instanceof HttpFailure) throw cause;
      const reason = late ? `no whole answer within ${timeoutMs} ms` : networkReason(cause);
      throw new HttpFailure(proxy ? `${reason} through proxy ${proxy}` : reason, 'noAnswer', { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  return {
    exchange(url, request) {
      const answer = exchange(url, request);
      const ended = answer.catch(() => undefined).finally(() => underWay.delete(ended));
      underWay.add(ended);
      return answer;
    },
    async close() {
      await Promise.all(underWay);
      // Ends a connection to a silent proxy that is still being opened.
      await dispatchers.destroy();
    },
  };
}

/** Reads a body up to a limit: the page of a proxy, or of a service that is no API, may have no end. */
async function boundedText({ body }: Dispatcher.ResponseData, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new HttpFailure(`the answer is longer than ${maxBytes / 1024} KiB`, 'tooLarge');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
