import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as the service sees it: query and form parameters together. */
interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  params: Record<string, string>;
  socket: Socket;
}

export type Reply = (response: ServerResponse, request: SeenRequest, message: IncomingMessage) => void;

/** A server on a free port that answers every request with `reply` and remembers what it saw. */
export async function aServer(reply: Reply) {
  const seen: SeenRequest[] = [];
  const server = createServer(async (message, response) => {
    const url = new URL(message.url ?? '/', 'http://localhost');
    let form = '';
    for await (const chunk of message) form += chunk;
    const params = Object.fromEntries([...url.searchParams, ...new URLSearchParams(form)]);
    const { method = '', url: path = '', headers } = message;
    const request = { method, url: path, headers, body: form, params, socket: message.socket };
    seen.push(request);
    reply(response, request, message);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Answers with a JSON body. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** Answers with this very text. */
export function plain(body: string, status = 200, contentType = 'text/html'): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': contentType }).end(body);
  };
}
