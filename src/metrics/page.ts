import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { printable } from '../text';
import type { Health } from './health';

export interface PageOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  health: Health;
  /** The text of the metrics. */
  metrics: () => Promise<string>;
}

/** The pages of a worker: `/metrics`, `/healthz`, `/readyz`. */
export interface Pages {
  /** Where they are, for a browser: `http://127.0.0.1:9464`. */
  url: string;
  close(): Promise<void>;
}

const textType = 'text/plain; version=0.0.4; charset=utf-8';
const mostConnections = 50;

/** Serves the pages; rejects where the address cannot be listened on. */
export async function servePages({ host, port, ...pages }: PageOptions): Promise<Pages> {
  const server = createServer({ requestTimeout: 10_000, keepAliveTimeout: 5_000 }, (request, response) => {
    answer(request, pages)
      .catch((error: Error) => ({ status: 500, text: `${printable(error.message)}\n` }))
      .then((page) => send(request, response, page));
  });
  server.maxConnections = mostConnections;
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

interface Page {
  status: number;
  text: string;
  type?: string;
}

async function answer(
  { method, url = '' }: IncomingMessage,
  { health, metrics }: Pick<PageOptions, 'health' | 'metrics'>,
): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'GET only\n' };
  switch (url.replace(/\?.*$/s, '')) {
    case '/metrics':
      return { status: 200, text: await metrics(), type: textType };
    case '/healthz':
      return { status: 200, text: 'ok\n' };
    case '/readyz':
      return health.reason === undefined
        ? { status: 200, text: 'ready\n' }
        : { status: 503, text: `not ready: ${printable(health.reason)}\n` };
    case '/':
      return { status: 200, text: '/metrics /healthz /readyz\n' };
    default:
      return { status: 404, text: 'not found: /metrics /healthz /readyz\n' };
  }
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, text, type }: Page): void {
  response.writeHead(status, {
    'content-type': type ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(method === 'HEAD' ? undefined : text);
}
