import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BatchEvent } from '../../../workflows/contract/batch-event';

/** How a webhook takes a message; `refuses` is a port on which nobody listens. */
export type WebhookManner = 'refuses' | 'hangs' | 'takes' | { body: string; status?: number };

/** A webhook that can go and come back at one address; `taken` is what it has answered with 200 and `ok`. */
export async function aWebhook(first: WebhookManner) {
  const taken: BatchEvent[] = [];
  let tries = 0;
  let manner = first;
  const answer = (response: ServerResponse, body: string) => {
    tries++;
    if (manner === 'hangs') return;
    if (typeof manner === 'object') {
      response.writeHead(manner.status ?? 200).end(manner.body);
      return;
    }
    taken.push(JSON.parse(body));
    response.end('{"errcode":0}');
  };
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      answer(response, body);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const close = async (server: Server) => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  let server: Server | undefined = await listen(0);
  const { port } = server.address() as AddressInfo;
  const behave = async (next: WebhookManner) => {
    manner = next;
    if (server) await close(server);
    server = next === 'refuses' ? undefined : await listen(port);
  };
  await behave(first);
  return {
    url: `http://127.0.0.1:${port}/robot/send?access_token=not-a-secret`,
    taken,
    tries: () => tries,
    behave,
    close: () => (server ? close(server) : Promise.resolve()),
  };
}
