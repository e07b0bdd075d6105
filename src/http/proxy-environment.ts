import { BlockList, isIP } from 'node:net';
import { HttpFailure } from './failure';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a URL: `https_proxy` (else `http_proxy`) for https, `http_proxy` for http,
 * unless `no_proxy` has the host. Each name in lower or upper case, the lower first, and one that is empty is not set.
 * Nothing is proxied to this machine's loopback by a proxy elsewhere: that would reach the proxy's own loopback.
 * Throws an {@link HttpFailure} that names the variable when its value is no address.
 */
export function proxyFor(url: URL, env: Environment = process.env): URL | undefined {
  const names = url.protocol === 'https:' ? ['https_proxy', 'http_proxy'] : ['http_proxy'];
  const name = names
    .flatMap((lower) => [lower, lower.toUpperCase()])
    .find((variable) => (env[variable] ?? '').trim() !== '');
  if (!name || isExcepted(url, (env.no_proxy ?? '').trim() || (env.NO_PROXY ?? ''))) return undefined;
  const proxy = proxyUrl(name, env[name]!.trim());
  return isLoopback(hostOf(url)) && !isLoopback(hostOf(proxy)) ? undefined : proxy;
}

/** How a proxy is called in messages: without user and password. */
export const proxyName = (proxy: URL) => `${proxy.protocol}//${proxy.host}`;

function proxyUrl(name: string, value: string): URL {
  // curl: `proxy.example.com:3128` means http.
  const text = value.includes('://') ? value : `http://${value}`;
  // The value may hold a password.
  if (!URL.canParse(text)) throw new HttpFailure(`the value of ${name} is no address of a proxy`);
  const proxy = new URL(text);
  if (/^(https?|socks5?):$/.test(proxy.protocol)) return proxy;
  throw new HttpFailure(`${name} names a proxy of the kind '${proxy.protocol}', which cannot be used`);
}

/** Entries of `no_proxy`: `*`, a name (with all below it), an address, a network such as `10.0.0.0/8`, each with a port or not. */
function isExcepted(url: URL, noProxy: string): boolean {
  const host = hostOf(url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '') return false;
    if (entry === '*') return true;
    const [name, entryPort] = withoutPort(entry.toLowerCase());
    if (entryPort && entryPort !== port) return false;
    if (name.includes('/')) return isInNetwork(host, name);
    const domain = name.replace(/^\*?\./, '');
    return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
  });
}

/** `[::1]:80` and `::1` are addresses, `example.com:80` has a port. */
function withoutPort(entry: string): [name: string, port?: string] {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry);
  if (bracketed) return [bracketed[1]!, bracketed[2]];
  const named = /^([^:]+):(\d+)$/.exec(entry);
  return named ? [named[1]!, named[2]] : [entry];
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  const family = isIP(address);
  const length = Number(prefix);
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(prefix) || length > (family === 4 ? 32 : 128))
    return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, length, kind);
  return list.check(host, kind);
}

/** The host without the brackets of IPv6, and without a name's last dot. */
const hostOf = (url: URL) =>
  url.hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

const isLoopback = (host: string) =>
  host === 'localhost' || host.endsWith('.localhost') || isInNetwork(host, '127.0.0.0/8') || host === '::1';
