import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userAgent } from '../../src/http';
import { defaultCredentials, signature, stringToSign } from '../../src/smc';
import { credentialsHttp } from '../../src/smc/credentials-http';

const isOurs = (name: string) => /^(ALIBABA_CLOUD_|(https?|no)_proxy$)/i.test(name);
const before = Object.entries(process.env).filter(([name]) => isOurs(name));
const servers: Server[] = [];
let home: string;

function clear() {
  for (const name of Object.keys(process.env).filter(isOurs)) delete process.env[name];
}

beforeEach(async () => {
  clear();
  // Nothing of this machine's own: no profile, no metadata server.
  home = await mkdtemp(join(tmpdir(), 'smc-batch-test-'));
  jest.spyOn(os, 'homedir').mockReturnValue(home);
  process.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED = 'true';
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(home, { recursive: true });
  jest.restoreAllMocks();
});

afterAll(() => {
  clear();
  Object.assign(process.env, Object.fromEntries(before));
});

function setKeys(token?: string) {
  process.env.ALIBABA_CLOUD_ACCESS_KEY_ID = 'id';
  process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET = 'key';
  if (token) process.env.ALIBABA_CLOUD_SECURITY_TOKEN = token;
}

interface Asked {
  method: string;
  path: string;
  form: URLSearchParams;
  userAgent?: string;
}

type Answer = (asked: Asked) => { status?: number; body: unknown };

/** RAM role server, STS and credentials URI at once, on loopback; `answer` may change. */
async function aProvider(first: Answer) {
  const asked: Asked[] = [];
  const provider = { asked, answer: first, url: '', latencyMs: 0 };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const call: Asked = {
      method: request.method!,
      path: request.url!,
      form: new URLSearchParams(text),
      userAgent: request.headers['user-agent'],
    };
    asked.push(call);
    const { status = 200, body } = provider.answer(call);
    await new Promise((resolve) => setTimeout(resolve, provider.latencyMs));
    response.statusCode = status;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** Whatever host is asked, it is this one. */
  const http: typeof credentialsHttp = (request) => {
    const { pathname, search } = new URL(request.toRequestURL());
    return credentialsHttp({ ...request, toRequestURL: () => `${provider.url}${pathname}${search}` });
  };
  return Object.assign(provider, { http });
}

const hour = 3_600_000;
const keys = (name: string, endsAt: number) => ({
  AccessKeyId: `id-${name}`,
  AccessKeySecret: `secret-${name}`,
  SecurityToken: `token-${name}`,
  Expiration: new Date(endsAt).toISOString(),
  Code: 'Success',
});

const writeProfile = async (profile: object) => {
  await mkdir(join(home, '.aliyun'), { recursive: true });
  await writeFile(
    join(home, '.aliyun', 'config.json'),
    JSON.stringify({ current: 'default', profiles: [{ name: 'default', ...profile }] }),
  );
};

describe('the default credentials', () => {
  it('come from the environment', async () => {
    setKeys();
    expect(await defaultCredentials()()).toEqual({ accessKeyId: 'id', accessKeySecret: 'key' });
  });

  it('carry the token of temporary ones', async () => {
    setKeys('token');
    expect(await defaultCredentials()()).toMatchObject({ securityToken: 'token' });
  });

  it('are missing where there are none, and found later without a restart', async () => {
    const credentials = defaultCredentials();
    await expect(credentials()).rejects.toMatchObject({ code: 'CredentialsMissing', class: 'account' });
    await writeProfile({ mode: 'AK', access_key_id: 'id-late', access_key_secret: 'key-late' });
    expect(await credentials()).toMatchObject({ accessKeyId: 'id-late' });
  });

  it('are looked up once for all who ask at the same time', async () => {
    const provider = await aProvider(() => ({ body: keys('uri', Date.now() + hour) }));
    provider.latencyMs = 50;
    process.env.ALIBABA_CLOUD_CREDENTIALS_URI = provider.url;
    const credentials = defaultCredentials();
    const all = await Promise.all(Array.from({ length: 60 }, () => credentials()));
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['id-uri']));
    await credentials();
    expect(provider.asked).toHaveLength(1);
  });

  it('are renewed before their end, used on while that fails, and never handed out after it', async () => {
    let now = Date.now();
    const provider = await aProvider(() => ({ body: keys('one', now + hour) }));
    process.env.ALIBABA_CLOUD_CREDENTIALS_URI = provider.url;
    const credentials = defaultCredentials({ now: () => now });
    await credentials();
    provider.answer = () => ({ body: keys('two', now + hour) });
    now += hour - 60_000;
    expect(await credentials()).toMatchObject({ accessKeyId: 'id-two' });

    provider.answer = () => ({ status: 500, body: 'down' });
    now += hour - 60_000;
    expect(await credentials()).toMatchObject({ accessKeyId: 'id-two' });
    const asked = provider.asked.length;
    await credentials();
    expect(provider.asked).toHaveLength(asked);
    now += 61_000;
    await expect(credentials()).rejects.toMatchObject({ code: 'CredentialsUnavailable', class: 'account' });

    provider.answer = () => ({ body: keys('old', now - 1) });
    await expect(credentials()).rejects.toMatchObject({ code: 'CredentialsUnavailable' });
    provider.answer = () => ({ body: keys('three', now + hour) });
    expect(await credentials()).toMatchObject({ accessKeyId: 'id-three' });
  });

  it('of the RAM role of the machine are found as soon as it has one', async () => {
    delete process.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED;
    const provider = await aProvider(() => ({ status: 404, body: 'none' }));
    const credentials = defaultCredentials({ http: provider.http });
    await expect(credentials()).rejects.toMatchObject({ code: 'CredentialsMissing' });
    provider.answer = ({ method, path }) => {
      if (method === 'PUT') return { body: 'metadata-token' };
      return path.endsWith('/') ? { body: 'smc-role' } : { body: keys('ecs', Date.now() + hour) };
    };
    expect(await credentials()).toEqual({
      accessKeyId: 'id-ecs',
      accessKeySecret: 'secret-ecs',
      securityToken: 'token-ecs',
    });
    expect(provider.asked.at(-1)?.path).toBe('/latest/meta-data/ram/security-credentials/smc-role');
  });

  it('of a role that a profile assumes are asked of STS', async () => {
    const provider = await aProvider(() => ({ body: { Credentials: keys('sts', Date.now() + hour) } }));
    await writeProfile({
      mode: 'RamRoleArn',
      access_key_id: 'id',
      access_key_secret: 'key',
      ram_role_arn: 'acs:ram::1:role/smc',
      ram_session_name: 'smc',
    });
    expect(await defaultCredentials({ http: provider.http })()).toMatchObject({ accessKeyId: 'id-sts' });
    // Signed and sent as every call: a URL, and so an access log, has neither signature nor token.
    const { method, path, form, userAgent: caller } = provider.asked.at(-1)!;
    expect([method, path, caller]).toEqual(['POST', '/', userAgent()]);
    const { Signature, ...signed } = Object.fromEntries(form);
    expect(Signature).toBe(signature(stringToSign('POST', signed), 'key'));
    expect(signed).toMatchObject({ Action: 'AssumeRole', RoleArn: 'acs:ram::1:role/smc' });
  });

  it.each([
    ['its token file is missing', undefined, /\/token.*ENOENT/],
    [
      'STS refuses',
      { status: 403, body: { Code: 'NoPermission', Message: 'not you' } },
      /403 NoPermission: not you/,
    ],
  ])('of an OIDC role never fall through to another identity: %s', async (_, answer, said) => {
    const provider = await aProvider(() => answer ?? { body: {} });
    await writeProfile({ mode: 'AK', access_key_id: 'another', access_key_secret: 'identity' });
    process.env.ALIBABA_CLOUD_ROLE_ARN = 'acs:ram::1:role/smc';
    process.env.ALIBABA_CLOUD_OIDC_PROVIDER_ARN = 'acs:ram::1:oidc-provider/ack';
    process.env.ALIBABA_CLOUD_OIDC_TOKEN_FILE = join(home, 'token');
    if (answer) await writeFile(join(home, 'token'), 'jwt');
    const credentials = defaultCredentials({ http: provider.http });
    const failure = await credentials().catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'CredentialsUnavailable', message: expect.stringMatching(said) });

    await writeFile(join(home, 'token'), 'jwt');
    provider.answer = () => ({ body: { Credentials: keys('oidc', Date.now() + hour) } });
    expect(await credentials()).toMatchObject({ accessKeyId: 'id-oidc' });
    expect(provider.asked.at(-1)?.form.get('OIDCToken')).toBe('jwt');
  });

  it('stay those of one source: a profile that is being written makes no room for another identity', async () => {
    let now = Date.now();
    const provider = await aProvider(() => ({ body: keys('uri', now + hour) }));
    process.env.ALIBABA_CLOUD_CREDENTIALS_URI = provider.url;
    await writeProfile({ mode: 'AK', access_key_id: 'first', access_key_secret: 'key' });
    const credentials = defaultCredentials({ now: () => now });
    await credentials();
    await writeFile(join(home, '.aliyun', 'config.json'), '{ "current": "def');
    now += 120_000;
    expect(await credentials()).toMatchObject({ accessKeyId: 'first' });
    await writeProfile({ mode: 'AK', access_key_id: 'second', access_key_secret: 'key' });
    now += 120_000;
    expect(await credentials()).toMatchObject({ accessKeyId: 'second' });
    expect(provider.asked).toEqual([]);
  });

  it('say nothing of secrets when they cannot be had', async () => {
    const body = { AccessKeyId: 'id', AccessKeySecret: 'not-to-be-seen' };
    const provider = await aProvider(() => ({ body }));
    process.env.ALIBABA_CLOUD_CREDENTIALS_URI = provider.url;
    const error = await defaultCredentials()().catch((thrown: Error) => thrown);
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('not-to-be-seen');
  });

  it('are asked of STS by way of the proxy, and of the machine itself past it', async () => {
    const connects: string[] = [];
    const proxy = createTcpServer((socket) => {
      socket.once('data', (data) => {
        connects.push(data.toString().split('\r\n')[0]!);
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env.https_proxy = url;
    process.env.http_proxy = url;
    const provider = await aProvider(() => ({ body: keys('uri', Date.now() + hour) }));
    process.env.ALIBABA_CLOUD_CREDENTIALS_URI = provider.url;
    expect(await defaultCredentials()()).toMatchObject({ accessKeyId: 'id-uri' });
    await writeProfile({
      mode: 'RamRoleArn',
      access_key_id: 'id',
      access_key_secret: 'key',
      ram_role_arn: 'acs:ram::1:role/smc',
    });
    await expect(defaultCredentials()()).rejects.toMatchObject({ code: 'CredentialsUnavailable' });
    expect(connects).toEqual(['CONNECT sts.aliyuncs.com:443 HTTP/1.1']);
    proxy.close();
  });
});
