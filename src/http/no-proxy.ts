import { BlockList, isIP } from 'node:net';

/**
 * Whether `no_proxy` excepts a host (lower case, without brackets). An entry is `*`, a name (with its subdomains), an address
 * or a network such as `10.0.0.0/8`, each with or without a port.
 */
export function isExcepted({ host, port }: { host: string; port: number }, noProxy: string): boolean {
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '') return false;
    if (entry === '*') return true;
    const [name, entryPort] = withoutPort(entry.toLowerCase());
    if (entryPort && Number(entryPort) !== port) return false;
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

/** Whether the host is this machine; also true for the "any address" of a listener. */
export const isLoopback = (host: string) =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  isInNetwork(host, '127.0.0.0/8') ||
  ['0.0.0.0', '::1', '::'].includes(host);
