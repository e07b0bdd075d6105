import { defaultCredentials } from '../../src/smc';

const names = [
  'ALIBABA_CLOUD_ACCESS_KEY_ID',
  'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  'ALIBABA_CLOUD_SECURITY_TOKEN',
  'ALIBABA_CLOUD_ECS_METADATA_DISABLED',
  'HOME',
] as const;
const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));

beforeEach(() => {
  for (const name of names) delete process.env[name];
  // Nothing of this machine's own: no profile, no metadata server.
  process.env.HOME = '/nonexistent';
  process.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED = 'true';
});

afterAll(() => {
  for (const name of names) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

function setKeys(token?: string) {
  process.env.ALIBABA_CLOUD_ACCESS_KEY_ID = 'id';
  process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET = 'key';
  if (token) process.env.ALIBABA_CLOUD_SECURITY_TOKEN = token;
}

describe('the default credentials', () => {
  it('come from the environment', async () => {
    setKeys();
    expect(await defaultCredentials()()).toEqual({ accessKeyId: 'id', accessKeySecret: 'key' });
  });

  it('carry the token of temporary ones', async () => {
    setKeys('token');
    expect(await defaultCredentials()()).toMatchObject({ securityToken: 'token' });
  });

  it('are missing where there are none', async () => {
    await expect(defaultCredentials()()).rejects.toMatchObject({
      code: 'CredentialsMissing',
      class: 'fatal',
    });
  });
});
