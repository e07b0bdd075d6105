import type { AddressInfo } from 'node:net';
import { connect as connectTo, createServer, type Socket } from 'node:net';

/** What a proxy does with a connection once it has heard a whole request on it, or (`atOnce`) as it comes. */
export type ProxyManner = {
  atOnce?: (socket: Socket) => void;
  heard?: (socket: Socket, request: string) => void;
};

/** A proxy on a free port that behaves so; it counts the connections made to it and keeps what was asked. */
export async function aProxy({ atOnce, heard }: ProxyManner) {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    atOnce?.(socket);
    let head = '';
    const hear = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', hear);
      requests.push(head);
      heard?.(socket, head);
    };
    socket.on('data', hear);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Opens each tunnel to this address, whatever host it was asked for. */
export const tunnelTo =
  (endpoint: string): NonNullable<ProxyManner['heard']> =>
  (socket) => {
    const far = connectTo(Number(new URL(endpoint).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => far.destroy());
  };

/** Answers CONNECT with this status and a page. */
export const refuseWith =
  (status: number): NonNullable<ProxyManner['heard']> =>
  (socket) =>
    socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 4\r\nConnection: close\r\n\r\npage`);
