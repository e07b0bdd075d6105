import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as a service has received it. */
export interface Received {
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
}

/** What a service answers to a message. */
export interface ServiceAnswer {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
}

/** A webhook service on a free port; `answer` says what it answers to each message. */
export async function aService(answer: (received: Received) => ServiceAnswer) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const message = { query: searchParams, headers: request.headers, text };
    received.push(message);
    const { status = 200, body = '', headers = {} } = answer(message);
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    /** The path and the query hold a token, as those of real services. */
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/robot/send?access_token=not-a-secret`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
