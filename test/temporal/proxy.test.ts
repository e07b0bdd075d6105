import { proxyTo } from '../../src/temporal';

const anyProxy = 'http://proxy.example.com:3128';

test.each(['grpc_proxy', 'https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'])(
  'a Temporal elsewhere is reached through the proxy of %s',
  (variable) => {
    expect(proxyTo('temporal.example.com:7233', { [variable]: anyProxy })).toEqual({
      address: 'proxy.example.com:3128',
      variable,
    });
  },
);

test('of several proxies that for gRPC counts, then that for https', () => {
  const env = { HTTP_PROXY: 'http://c:1', HTTPS_PROXY: 'http://b:1', grpc_proxy: 'http://a:1' };
  expect(proxyTo('temporal:7233', env)?.address).toBe('a:1');
  expect(proxyTo('temporal:7233', { ...env, grpc_proxy: '' })?.address).toBe('b:1');
});

test.each(['http://me:p%40ss@proxy:3128', 'me:p%40ss@proxy:3128'])('a proxy with a password: %s', (proxy) => {
  expect(proxyTo('temporal:7233', { https_proxy: proxy })).toEqual({
    address: 'proxy:3128',
    credentials: { username: 'me', password: 'p@ss' },
    variable: 'https_proxy',
  });
});

test.each([
  '127.0.0.1:7233',
  '127.8.9.10:7233',
  'localhost:7233',
  'LOCALHOST',
  'a.localhost:1',
  '[::1]:7233',
  '::1',
])('a Temporal on this machine is reached whatever the variables say: %s', (address) => {
  const everywhere = {
    https_proxy: anyProxy,
    HTTPS_PROXY: anyProxy,
    http_proxy: anyProxy,
    grpc_proxy: 'socks5://x',
  };
  expect(proxyTo(address, everywhere)).toBeUndefined();
});

const excepted: [string, string][] = [
  ['temporal.example.com:7233', 'temporal.example.com'],
  ['temporal.example.com:7233', 'Example.com'],
  ['temporal.example.com:7233', '.example.com'],
  ['temporal.example.com:7233', '*.example.com'],
  ['temporal.example.com:7233', 'other.org, temporal.example.com:7233'],
  ['temporal.example.com', 'temporal.example.com:7233'],
  ['temporal.example.com:7233', 'a b,example.com'],
  ['temporal:7233', '*'],
  ['10.1.2.3:7233', '10.1.2.3'],
  ['10.1.2.3:7233', '10.0.0.0/8'],
  ['[fd00::1]:7233', 'fd00::1'],
  ['[fd00::1]:7233', '[fd00::1]'],
  ['[fd00::1]:7233', 'fd00::/8'],
];
test.each(excepted)('%s needs no proxy where NO_PROXY, in either case, has %s', (address, list) => {
  for (const variable of ['no_proxy', 'NO_PROXY', 'no_grpc_proxy'])
    expect(proxyTo(address, { HTTPS_PROXY: anyProxy, [variable]: list })).toBeUndefined();
});

test.each([
  ['temporal.example.com:7233', ''],
  ['temporal.example.com:7233', 'ample.com'],
  ['temporal.example.com:7233', 'temporal.example.com:7234'],
  ['temporal.example.com:7233', 'com.example'],
  ['11.1.2.3:7233', '10.0.0.0/8, 10/8, 11.0.0.0/99, /'],
  ['11.1.2.3:7233', '1.2.3'],
])('%s goes through the proxy where NO_PROXY has %j', (address, list) => {
  expect(proxyTo(address, { HTTPS_PROXY: anyProxy, NO_PROXY: list })?.variable).toBe('HTTPS_PROXY');
});

test.each(['https://proxy:3128', 'socks5://proxy:1080', 'http://'])(
  'a proxy of another kind is refused without its password: %s',
  (proxy) => {
    const secret = proxy.replace('//', '//me:secret@');
    expect(() => proxyTo('temporal:7233', { HTTPS_PROXY: secret })).toThrow(
      /^HTTPS_PROXY is not the URL of an http:\/\/ proxy(?!.*secret).*NO_PROXY\.$/,
    );
  },
);
