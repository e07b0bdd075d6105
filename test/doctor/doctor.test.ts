import { doctorCommand } from '../../src/commands/doctor';
import { maskedKeyId, nodeCheck, settingsInUse } from '../../src/doctor/machine';
import { clockCheck } from '../../src/doctor/smc';
import { simulatorCredentials } from '../../src/simulator';
import { aProxy, type ProxyManner, refuseWith } from '../http/a-proxy';
import { captured } from '../plan/captured';
import { type Account, anAccount } from '../preview/an-account';

let account: Account;
beforeEach(async () => {
  account = await anAccount({ servers: 1 });
  // Settings that cannot be used are told at once, where a server that does not answer takes seconds.
  process.env.TEMPORAL_PROFILE = 'nobody';
});
afterEach(() => account.close());

interface Told {
  ok: boolean;
  checks: { id: string; status: string; detail: string; remedy?: string }[];
}
const doctor = (...args: string[]) =>
  captured(() => doctorCommand().exitOverride().parseAsync(args, { from: 'user' }));
const told = async () => {
  const { stdout } = await doctor('-o', 'json');
  const { ok, checks } = JSON.parse(stdout) as Told;
  return { ok, stdout, check: (id: string) => checks.find((check) => check.id === id) };
};

test('what works is ok, each problem has a remedy, and secrets are hidden', async () => {
  const { ok, check, stdout } = await told();
  for (const id of ['node', 'smc-endpoint', 'clock', 'credentials', 'permission-ListTagResources'])
    expect(check(id)).toMatchObject({ status: 'ok' });
  expect(check('credentials')!.detail).toContain('environment');
  expect(check('temporal-server')).toMatchObject({
    status: 'problem',
    detail: expect.stringContaining('nobody'),
    remedy: expect.stringContaining('TEMPORAL_'),
  });
  expect(ok).toBe(false);
  expect(process.exitCode).toBe(1);
  expect(stdout).not.toContain(simulatorCredentials.accessKeySecret);
  expect(stdout).not.toContain(simulatorCredentials.accessKeyId);
});

test('a Temporal server that does not answer is a problem', async () => {
  delete process.env.TEMPORAL_PROFILE;
  process.env.TEMPORAL_ADDRESS = '127.0.0.1:9';
  expect((await told()).check('temporal-server')).toMatchObject({
    status: 'problem',
    detail: 'No Temporal server answers at 127.0.0.1:9',
    remedy: expect.stringContaining('TEMPORAL_ADDRESS'),
  });
});

test('a permission that is missing is a problem with the policy to grant', async () => {
  account.simulator.account.setFaults({
    calls: [{ operation: 'ListTagResources', error: { code: 'Forbidden.RAM', httpStatus: 403 } }],
    jobs: [],
    sources: [],
    foreignJobs: [],
  } as never);
  const { check } = await told();
  expect(check('permission-DescribeSourceServers')).toMatchObject({ status: 'ok' });
  expect(check('permission-ListTagResources')).toMatchObject({
    status: 'problem',
    remedy: expect.stringContaining('AliyunSMCFullAccess'),
  });
});

test('missing credentials and a missing endpoint are problems, and the checks end there', async () => {
  delete process.env.ALIBABA_CLOUD_ACCESS_KEY_ID;
  process.env.SMC_ENDPOINT = 'http://127.0.0.1:9';
  const { check } = await told();
  expect(check('credentials')).toMatchObject({ status: 'problem' });
  expect(check('smc-endpoint')).toMatchObject({
    status: 'problem',
    detail: expect.stringContaining('connection refused'),
  });
  expect(check('permission-DescribeSourceServers')).toBeUndefined();
});

test.each<[string, ProxyManner, RegExp]>([
  ['closes CONNECT', { heard: (socket) => socket.end() }, /connection closed before the answer/],
  ['forbids CONNECT', { heard: refuseWith(403) }, /CONNECT was answered with HTTP 403/],
  ['says nothing', {}, /no (connection|whole answer) within 10000 ms/],
])(
  'a proxy that %s is a problem that names it, after one try',
  async (_, manner, reason) => {
    const proxy = await aProxy(manner);
    const before = process.env.https_proxy;
    process.env.https_proxy = `http://ann:not-a-secret@${proxy.host}`;
    process.env.SMC_ENDPOINT = 'https://smc.example.test';
    try {
      const { check, stdout } = await told();
      const { status, detail } = check('smc-endpoint')!;
      expect(status).toBe('problem');
      expect(detail).toContain(`proxy ${proxy.url}`);
      expect(detail).toMatch(reason);
      expect(stdout).not.toContain('not-a-secret');
      expect(proxy.connections()).toBe(1);
    } finally {
      if (before === undefined) delete process.env.https_proxy;
      else process.env.https_proxy = before;
      await proxy.close();
    }
  },
  60_000,
);

test('the text names settings with their defaults, and the service-linked role', async () => {
  process.env.TEMPORAL_CLI = '/nowhere/temporal';
  const { stdout } = await doctor();
  expect(stdout).toContain("problem  Temporal CLI: TEMPORAL_CLI is '/nowhere/temporal', which cannot be run");
  expect(stdout).toMatch(/SMC_TASK_QUEUE +smc-batch \(default\)/);
  expect(stdout).toContain('AliyunServiceRoleForSMC');
  expect(stdout).not.toContain('\u001b');
});

test('settings: secrets are only set or not, keys masked, proxies without their password', () => {
  const settings = settingsInUse({
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tExampleXy9Z',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret-1',
    ALIBABA_CLOUD_SECURITY_TOKEN: 'secret-2',
    TEMPORAL_API_KEY: 'secret-3',
    TEMPORAL_TLS_CLIENT_KEY_DATA: 'secret-4',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret-7',
    HTTPS_PROXY: 'http://me:secret-5@proxy:3128',
    http_proxy: 'me:secret-6@proxy:3129',
  });
  const shown = (name: string) => settings.find((setting) => setting.name === name)?.value;
  expect(JSON.stringify(settings)).not.toContain('secret-');
  expect(shown('ALIBABA_CLOUD_ACCESS_KEY_ID')).toBe('LTAI…Xy9Z');
  expect(shown('TEMPORAL_API_KEY')).toBe('set, not shown');
  expect(shown('HTTPS_PROXY')).toContain('proxy:3128');
  expect(shown('http_proxy')).toBe('…@proxy:3129');
  expect(shown('SMC_POLL_INTERVAL')).toBe('30');
  expect(maskedKeyId('short')).toBe('…');
});

test.each([
  [2_000, 'ok', 'within 2 s'],
  [-120_000, 'warning', '120 s ahead of'],
  [1_000_000, 'problem', '1000 s behind'],
  [Number.NaN, 'warning', 'does not tell'],
])('a clock that is off by %d ms is %s', (skew, status, detail) => {
  expect(clockCheck(skew)).toMatchObject({ status, detail: expect.stringContaining(detail) });
});

test.each([
  ['20.19.0', 'ok'],
  ['20.18.9', 'problem'],
  ['18.20.0', 'problem'],
  ['24.1.0', 'ok'],
])('Node %s is %s', (version, status) => {
  expect(nodeCheck(version).status).toBe(status);
});
