import { secretsOf } from '../../src/bundle/known-secrets';
import { secretRemover } from '../../src/bundle/without-secrets';

const secret = 'Zq8+x/7Lw=Rk3 %vT0';
const env = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'smc-key-of-ours',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
  ALIBABA_CLOUD_SECURITY_TOKEN: 'a-token-of-no-known-shape',
  TEMPORAL_API_KEY: 'key-of-temporal',
  SMC_WEBHOOK_URL: 'https://chat.example.com/hooks/0123456789abcdef99?access_token=dingtalk-4711',
  HTTPS_PROXY: 'http://proxyuser:p%40ss%2Fword@proxy.example.com:3128',
  GRPC_PROXY: 'plain-user:secretpass@proxy2.example.com:3128',
  PWD: '/root/migration',
  SMC_TASK_QUEUE: 'dc1-queue',
};
const remover = secretRemover(secretsOf(env));

test.each([
  ['as it is', secret],
  ['in a query', encodeURIComponent(secret)],
  ['in a query inside a query', encodeURIComponent(encodeURIComponent(secret))],
  ['in JSON inside JSON', JSON.stringify(JSON.stringify({ odd: secret }))],
  ['in Base64', Buffer.from(secret).toString('base64')],
  ['an AccessKey id', env.ALIBABA_CLOUD_ACCESS_KEY_ID],
  ['a security token', env.ALIBABA_CLOUD_SECURITY_TOKEN],
  ['an API key', env.TEMPORAL_API_KEY],
  ['a token of a webhook', 'dingtalk-4711'],
  ['the path of a webhook', '0123456789abcdef99'],
  ['the password of a proxy, as meant', 'p@ss/word'],
  ['the password of a proxy, as written', 'p%40ss%2Fword'],
  ['the password of a proxy without a scheme', 'secretpass'],
])('a secret of this machine is taken out of any text: %s', (_form, text) => {
  const shown = remover.text(`SMC said: what is ${text}? RequestId 1-2-3`);
  expect(shown).toMatch(/^SMC said: what is .*\? RequestId 1-2-3$/);
  expect(shown).not.toContain(text);
});

test.each([
  ['https://root:hunter2@vault.example.com/x', 'hunter2'],
  ['http://root:hun@ter/2@proxy:3128 refused', 'ter/2'],
  ['proxy user:hunter2@proxy.example.com:3128', 'hunter2'],
  ['https://oapi.dingtalk.com/robot/send?access_token=hunter2&x=1', 'hunter2'],
  ['https://oapi.dingtalk.com/robot/send?timestamp=1&sign=hunter2%3D', 'hunter2'],
  ['https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2-4711', 'hunter2'],
  ['https://hooks.slack.com/services/T000/B000/hunter2hunter2', 'hunter2'],
  ['https://open.feishu.cn/open-apis/bot/v2/hook/hunter2-4711-aaaa', 'hunter2'],
  ['GET&%2F&AccessKeyId%3DLTAI5tHunter2Hunter2%26SecurityToken%3Dhunter2x%26Format%3DJSON', 'hunter2x'],
  ['SecurityToken=hunter2&Format=JSON', 'hunter2'],
  ['?Signature=hunter2%3D&SignatureNonce=1', 'hunter2'],
  ['Authorization: Bearer hunter2hunter2', 'hunter2hunter2'],
  ['x-acs-security-token: hunter2', 'hunter2'],
  ['{"accessKeySecret":"hunter2"}', 'hunter2'],
  ['{\\"password\\":\\"hunter2\\"}', 'hunter2'],
  ['password: hunter2', 'hunter2'],
  ["DB_PASSWORD='hunter2'", 'hunter2'],
  ['eyJhbGciOiJIUzI1NiJ9.hunter2hunter2.c2ln', 'hunter2'],
  ['LTAI5tHunter2Hunter2Hunter2', 'Hunter2Hunter2'],
  ['STS.NUhunter2hunter2hunter2', 'hunter2hunter2'],
  ['-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----', 'hunter2'],
  [`CAISabc1q6Ft5B2yfSjIr5${'x9'.repeat(30)}`, 'x9x9'],
])('a text of others loses what looks like a secret, though nobody knows it: %s', (text, found) => {
  const shown = secretRemover([]).text(`before ${text} after`);
  expect(shown).not.toContain(found);
  expect(shown).toMatch(/^before [\s\S]* after$/);
});

test('a value goes by its name, also that of a tag or a setting', () => {
  const data = {
    tags: [
      { key: 'db-password', value: 'hunter2' },
      { key: 'team', value: 'web' },
    ],
    settings: [
      { name: 'SMC_WEBHOOK_URL', value: 'set, not shown' },
      { name: 'X_SECRET', value: 'hunter2' },
    ],
    accessKeySecret: ['hunter2'],
    nested: { 'x-acs-security-token': { any: 'hunter2' }, PIN_SECRET: 471_147 },
  };
  const shown = JSON.stringify(secretRemover([]).data(data));
  expect(shown).not.toMatch(/hunter2|471147/);
  expect(shown).toContain('"value":"web"');
  expect(shown).toContain('set, not shown');
});

test.each([
  'InvalidSecurityToken.Expired: The security token you provided has expired.',
  'SignatureDoesNotMatch: Specified signature is not matched with our calculation.',
  'InvalidAccessKeyId.NotFound: Specified access key is not found. RequestId 4711-0815',
  'ClientToken=0123-4567-89ab',
  'smc-server:dc1-exit/web-07',
  'root@dc1-admin: pause',
  'the account refuses calls since 18:00:07; web-07 waits',
  'http://127.0.0.1:8233/namespaces/default/workflows/smc-batch%3Adc1-exit',
  '/root/migration and dc1-queue',
])('what support has to read stays: %s', (text) => {
  expect(remover.text(text)).toBe(text);
  expect(remover.data({ clientToken: text })).toEqual({ clientToken: text });
});
