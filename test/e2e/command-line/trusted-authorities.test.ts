import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, simulatorCredentials, startSimulator } from '../../../src/simulator';
import { aProxy, tunnelTo } from '../../http/a-proxy';
import { certificatesFor } from '../../http/certificates';
import { runCli } from '../house/run-cli';

// A company's network: one proxy is the way out, and what answers beyond it has certificates of the company's own authority.

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-test-'));
const hosts = ['smc.example.test', 'sts.aliyuncs.com', 'hook.example.test'];
const { key, cert, ca } = certificatesFor(hosts);
const file = join(folder, 'ca.pem');
writeFileSync(file, ca);
writeFileSync(join(folder, 'token'), 'a-token');

let simulator: Simulator;
let proxy: Awaited<ReturnType<typeof aProxy>>;
const asked: string[] = [];

/** All three services by their names: the SMC API is the simulator. */
const services = createServer({ key, cert }, (incoming, response) => {
  const host = incoming.headers.host!;
  asked.push(`${incoming.method} ${host}${incoming.url}`);
  if (host === 'smc.example.test') return passOn(incoming, response);
  incoming.resume();
  response.end(JSON.stringify(host === 'sts.aliyuncs.com' ? assumedRole() : {}));
});

function passOn(incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming;
  const onward = request(new URL(url!, simulator.endpoint), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  incoming.pipe(onward);
}

const assumedRole = () => ({
  Credentials: {
    AccessKeyId: simulatorCredentials.accessKeyId,
    AccessKeySecret: simulatorCredentials.accessKeySecret,
    SecurityToken: 'a-security-token',
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  },
});

beforeAll(async () => {
  simulator = await startSimulator({ servers: 1 });
  services.listen(0, '127.0.0.1');
  await once(services, 'listening');
  const { port } = services.address() as AddressInfo;
  proxy = await aProxy({ heard: tunnelTo(`https://127.0.0.1:${port}`) });
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(async () => {
  await proxy.close();
  services.closeAllConnections();
  services.close();
  await simulator.close();
  rmSync(folder, { recursive: true });
});

async function doctor(more: Record<string, string>) {
  const isOurs = (name: string) =>
    /^(SMC_|ALIBABA_CLOUD_|TEMPORAL_|NODE_EXTRA|(https?|no)_proxy$)/i.test(name);
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name))),
    HOME: folder,
    // Told at once, where a server that does not answer takes seconds.
    TEMPORAL_PROFILE: 'nobody',
    HTTPS_PROXY: proxy.url,
    SMC_ENDPOINT: 'https://smc.example.test',
    SMC_WEBHOOK_URL: 'https://hook.example.test/robot?access_token=not-a-secret',
    ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1234567890123456:role/worker',
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1234567890123456:oidc-provider/ack',
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: join(folder, 'token'),
    ...more,
  };
  const { stdout } = await runCli(['doctor', '--webhook', '-o', 'json'], { env });
  expect(stdout).not.toMatch(/not-a-secret|a-security-token/);
  const { checks } = JSON.parse(stdout) as { checks: { id: string; status: string; detail: string }[] };
  return (id: string) => checks.find((check) => check.id === id);
}

test('behind a proxy, with an authority that NODE_EXTRA_CA_CERTS names, the SMC API, STS and the webhook are reached', async () => {
  const check = await doctor({ NODE_EXTRA_CA_CERTS: file });
  for (const id of ['smc-endpoint', 'credentials', 'permission-DescribeReplicationJobs', 'webhook'])
    expect(check(id)).toMatchObject({ id, status: 'ok' });
  expect(new Set(proxy.requests.map((head) => head.split(' ')[1]))).toEqual(
    new Set(hosts.map((host) => `${host}:443`)),
  );
  expect(asked).toContain('POST sts.aliyuncs.com/');
  expect(asked).toContain('POST smc.example.test/');
});

test('without the variable nothing is sent to any of them, and each says what to do', async () => {
  const check = await doctor({});
  for (const id of ['smc-endpoint', 'credentials', 'webhook'])
    expect(check(id)).toMatchObject({
      status: 'problem',
      detail: expect.stringMatching(/authority that is not trusted: set NODE_EXTRA_CA_CERTS/),
    });
  expect(asked).toEqual([]);
});
