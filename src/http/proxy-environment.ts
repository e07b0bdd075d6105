import { HttpFailure } from './failure';
import { isExcepted, isLoopback } from './no-proxy';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a URL: `https_proxy` (else `http_proxy`) for https, `http_proxy` for http,
 * unless `no_proxy` has the host. Each name counts in lower or upper case, the lower first; an empty value counts as not set.
 * A URL on this machine's loopback uses no proxy elsewhere: the request would reach the proxy's own loopback.
 * Throws an {@link HttpFailure} that names the variable when its value is not an address.
 */
export function proxyFor(url: URL, env: Environment = process.env): URL | undefined {
  const names = url.protocol === 'https:' ? ['https_proxy', 'http_proxy'] : ['http_proxy'];
  const name = names
    .flatMap((lower) => [lower, lower.toUpperCase()])
    .find((variable) => (env[variable] ?? '').trim() !== '');
  const exceptions = (env.no_proxy ?? '').trim() || (env.NO_PROXY ?? '');
  if (!name || isExcepted({ host: hostOf(url), port: portOf(url) }, exceptions)) return undefined;
  const proxy = proxyUrl(name, env[name]!.trim());
  return isLoopback(hostOf(url)) && !isLoopback(hostOf(proxy)) ? undefined : proxy;
}

/** The name of a proxy in messages, without user and password. */
export const proxyName = (proxy: URL) => `${proxy.protocol}//${proxy.host}`;

function proxyUrl(name: string, value: string): URL {
  // curl: `proxy.example.com:3128` means http.
  const text = value.includes('://') ? value : `http://${value}`;
  // The value may hold a password.
  if (!URL.canParse(text)) throw new HttpFailure(`the value of ${name} is not the address of a proxy`);
  const proxy = new URL(text);
  if (/^(https?|socks5?):$/.test(proxy.protocol)) return proxy;
  throw new HttpFailure(`${name} names a proxy of the kind '${proxy.protocol}', which cannot be used`);
}

/** The host without the brackets of IPv6, and without a name's last dot. */
const hostOf = (url: URL) =>
  url.hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80));
