import { createServer, type Socket } from 'node:net';
import { aServer, json, type Reply } from './a-server';
import { against, aTransport, endAfterwards, endAll, failure } from './a-transport';

afterEach(endAll);

describe('a network failure is transient, has its own code, and is left to the caller to repeat', () => {
  it('when no answer comes in time', async () => {
    const { server, transport } = await against(() => {}, { timeoutMs: 2_000 });
    const error = await failure(transport.call('A', {}));
    expect(error).toMatchObject({ code: 'NetworkError', class: 'transient' });
    expect(error.message).toMatch(/no whole answer within 2000 ms \(A\)$/);
    expect(server.seen).toHaveLength(1);
  });

  it('when an answer does not end in time', async () => {
    const { transport } = await against((response) => void response.writeHead(200).write('{'), {
      timeoutMs: 100,
    });
    expect((await failure(transport.call('A', {}))).message).toMatch(/no whole answer within 100 ms/);
  });

  it('when an answer drips, never silent for long', async () => {
    const { transport } = await against(
      (response) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
      { timeoutMs: 300 },
    );
    expect((await failure(transport.call('A', {}))).message).toMatch(/no whole answer within 300 ms/);
  });

  it('when an answer has no end that anybody could hold', async () => {
    let sent = 0;
    const { transport } = await against(
      (response) => {
        const chunk = Buffer.alloc(256 * 1024, 'x');
        const more = (): void => {
          sent += chunk.length;
          if (!response.destroyed) response.write(chunk, () => setImmediate(more));
        };
        more();
      },
      { timeoutMs: 60_000 },
    );
    const error = await failure(transport.call('A', {}));
    expect(error).toMatchObject({ code: 'UnreadableAnswer', class: 'transient' });
    expect(error.message).toMatch(/the answer is longer than 8192 KiB \(A\)$/);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it.each<[string, Reply]>([
    ['when the connection is reset', (_, { socket }) => socket.resetAndDestroy()],
    ['when the connection is closed', (_, { socket }) => socket.destroy()],
    [
      'when the answer is cut off',
      (response, { socket }) => {
        response
          .writeHead(200, { 'content-length': '100' })
          .write('{"RequestId":"R"', () => socket.destroy());
      },
    ],
    [
      'when a chunked answer is cut off',
      (response, { socket }) => {
        response.write('{"RequestId":"R"}', () => socket.destroy());
      },
    ],
  ])('%s', async (_, reply) => {
    const { server, transport } = await against(reply);
    const error = await failure(transport.call('CreateReplicationJob', {}));
    expect(error).toMatchObject({ code: 'NetworkError', class: 'transient' });
    expect(error.facts.httpStatus).toBeUndefined();
    expect(error.message).toMatch(/connection (reset|closed)/);
    expect(server.seen).toHaveLength(1);
  });

  it('when nobody listens', async () => {
    const server = await aServer(json({}));
    await server.close();
    const error = await failure(aTransport({ endpoint: server.endpoint }).call('A', {}));
    expect(error.message).toBe(`NetworkError: ${server.endpoint}: connection refused (A)`);
  });

  it('when something else than HTTP answers', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket) && socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    endAfterwards(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    });
    const { port } = server.address() as { port: number };
    const error = await failure(aTransport({ endpoint: `http://127.0.0.1:${port}` }).call('A', {}));
    expect(error).toMatchObject({ code: 'NetworkError', class: 'transient' });
  });
});
