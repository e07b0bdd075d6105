import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { connectClient, temporalSettings } from '../../src/temporal';
import { connectWorker } from '../../src/temporal/worker/connect-worker';
import { certificatesFor } from '../http/certificates';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-test-'));
const authorities = join(folder, 'ca.pem');
const { key, cert, ca } = certificatesFor(['localhost', '127.0.0.1']);
writeFileSync(authorities, ca);
afterAll(() => rmSync(folder, { recursive: true }));
const before = { ...process.env };
let server: Server;
let handshakes: string[];

/** A server with a certificate of an authority that only `NODE_EXTRA_CA_CERTS` names; it closes what it has accepted. */
beforeEach(async () => {
  handshakes = [];
  server = createServer({ key, cert, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    handshakes.push(String(socket.servername));
    socket.on('error', () => {}).destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env = { ...before, NODE_EXTRA_CA_CERTS: authorities };
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];
});
afterEach(async () => {
  process.env = before;
  await new Promise((closed) => server.close(closed));
});

const port = () => (server.address() as AddressInfo).port;

describe.each([
  ['a command', async () => void (await connectClient(temporalSettings()))],
  ['a worker', async () => void (await connectWorker(temporalSettings()))],
])('the connection of %s to Temporal', (_, connect) => {
  // The server is none of Temporal's, so there is no connection in the end.
  test.each([
    ['trusts the authorities of NODE_EXTRA_CA_CERTS', authorities, 'localhost'],
    ['trusts no others', '', undefined],
  ])('%s', async (_what, file, name) => {
    Object.assign(process.env, {
      TEMPORAL_ADDRESS: `localhost:${port()}`,
      TEMPORAL_TLS: 'true',
      NODE_EXTRA_CA_CERTS: file,
    });
    await expect(connect()).rejects.toThrow('No Temporal server answers');
    expect(handshakes[0]).toBe(name);
  });
});

test('an authority that the settings of Temporal name counts alone', () => {
  Object.assign(process.env, {
    TEMPORAL_ADDRESS: `localhost:${port()}`,
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'a certificate',
  });
  const { tls } = temporalSettings().connectionOptions;
  expect(
    Buffer.from((tls as { serverRootCACertificate: Uint8Array }).serverRootCACertificate).toString(),
  ).toBe('a certificate');
});
