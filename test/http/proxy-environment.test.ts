import { proxyFor } from '../../src/http';

const p = 'http://proxy.corp:3128/';

test.each<[string, string, Record<string, string>, string | undefined]>([
  ['none is set', 'https://smc.aliyuncs.com', {}, undefined],
  ['https has its own', 'https://a.com', { https_proxy: p, http_proxy: 'http://other' }, p],
  ['https falls back to that of http', 'https://a.com', { HTTP_PROXY: p }, p],
  ['http has only its own', 'http://a.com', { HTTPS_PROXY: p }, undefined],
  ['the lower case wins', 'https://a.com', { HTTPS_PROXY: 'http://other', https_proxy: p }, p],
  ['an empty one is not set', 'https://a.com', { https_proxy: '', HTTPS_PROXY: p }, p],
  ['without a scheme it is http', 'https://a.com', { https_proxy: 'proxy.corp:3128' }, p],
  ['upper-case NO_PROXY', 'https://a.com', { https_proxy: p, NO_PROXY: 'a.com' }, undefined],
  [
    'an empty no_proxy is not set',
    'https://a.com',
    { https_proxy: p, no_proxy: '', NO_PROXY: 'a.com' },
    undefined,
  ],
  ['a star', 'https://a.com', { https_proxy: p, no_proxy: '*' }, undefined],
  ['a star among others', 'https://a.com', { https_proxy: p, no_proxy: 'b.com, *' }, undefined],
  ['all below a name', 'https://x.a.com', { https_proxy: p, no_proxy: 'a.com' }, undefined],
  ['a leading dot', 'https://x.a.com', { https_proxy: p, no_proxy: '.a.com' }, undefined],
  ['a leading star', 'https://x.a.com', { https_proxy: p, no_proxy: '*.a.com' }, undefined],
  ['capitals', 'https://x.A.com', { https_proxy: p, no_proxy: 'X.a.COM' }, undefined],
  ['no part of a name', 'https://ba.com', { https_proxy: p, no_proxy: 'a.com' }, p],
  ['its port', 'https://a.com', { https_proxy: p, no_proxy: 'a.com:443' }, undefined],
  ['another port', 'https://a.com', { https_proxy: p, no_proxy: 'a.com:8443' }, p],
  ['an address', 'http://10.1.2.3', { http_proxy: p, no_proxy: '10.1.2.3' }, undefined],
  ['a network', 'http://10.1.2.3:8080', { http_proxy: p, no_proxy: '10.0.0.0/8' }, undefined],
  ['another network', 'http://11.1.2.3', { http_proxy: p, no_proxy: '10.0.0.0/8,10.0.0.0/99' }, p],
  ['a network of IPv6', 'http://[fd00::1]', { http_proxy: p, no_proxy: 'fd00::/8' }, undefined],
  ['an address of IPv6', 'http://[fd00::1]:80', { http_proxy: p, no_proxy: '[fd00::1]:80' }, undefined],
  ['a name is in no network', 'http://a.com', { http_proxy: p, no_proxy: '0.0.0.0/0' }, p],
  ['localhost is not elsewhere', 'http://localhost:8080', { http_proxy: p }, undefined],
  ['127.0.0.1 is not elsewhere', 'http://127.0.0.1:8080', { http_proxy: p }, undefined],
  ['::1 is not elsewhere', 'http://[::1]:8080', { http_proxy: p }, undefined],
  [
    'a proxy on this machine has its loopback',
    'http://127.0.0.1:8080',
    { http_proxy: 'http://127.0.0.1:7890' },
    'http://127.0.0.1:7890/',
  ],
])('the proxy for a URL: %s', (_, url, env, expected) => {
  expect(proxyFor(new URL(url), env)?.href).toBe(expected);
});

test.each(['http://:x', 'ftp://proxy.corp', 'http://ann:secret@proxy:99999'])(
  'the message about an unusable proxy names its variable: %s',
  (value) => {
    expect(() => proxyFor(new URL('https://a.com'), { HTTPS_PROXY: value })).toThrow(/HTTPS_PROXY/);
    expect(() => proxyFor(new URL('https://a.com'), { HTTPS_PROXY: value })).not.toThrow(/secret/);
  },
);
