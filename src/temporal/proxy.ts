import { isIP } from 'node:net';
import { isExcepted, isLoopback } from '../http';
import { TemporalUnavailable } from './unavailable';

/** The HTTP proxy on the way to Temporal. */
export interface TemporalProxy {
  /** Host and port. */
  address: string;
  credentials?: { username: string; password: string };
  /** The environment variable that names it. */
  variable: string;
}

/** The variables in gRPC's own order; the lower-case name comes first, as usual. */
const proxyVariables = ['grpc_proxy', 'https_proxy', 'http_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);
const noProxyVariables = ['no_grpc_proxy', 'NO_GRPC_PROXY', 'no_proxy', 'NO_PROXY'];

const temporalPort = 7233;

/**
 * The proxy for an address, the same for client and worker: by default the client's gRPC reads only lower-case variables, and
 * the worker's gRPC reads none. Loopback and the hosts of `NO_PROXY` have no proxy. Throws a {@link TemporalUnavailable} for a
 * proxy that cannot be used.
 */
export function proxyTo(address: string, env: NodeJS.ProcessEnv = process.env): TemporalProxy | undefined {
  const variable = proxyVariables.find((name) => env[name]?.trim());
  if (!variable) return undefined;
  const { host, port } = hostAndPort(address);
  if (isLoopback(host)) return undefined;
  const exceptions = noProxyVariables.map((name) => env[name] ?? '').join(',');
  if (isExcepted({ host, port }, exceptions)) return undefined;

  const value = env[variable]!.trim();
  const text = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:') {
    throw new TemporalUnavailable(
      `${variable} is not the URL of an http:// proxy, and no other kind leads to Temporal at ${address}. ` +
        `Set grpc_proxy to one, or add ${host} to NO_PROXY.`,
    );
  }
  const { hostname, port: proxyPort, username, password } = new URL(text);
  return {
    address: `${hostname}:${proxyPort || 80}`,
    ...(username && {
      credentials: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
    }),
    variable,
  };
}

/** The parts of `host`, `host:port` or `[IPv6]:port`; the host is in lower case and without brackets. */
export function hostAndPort(address: string): { host: string; port: number } {
  const bare = address
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .toLowerCase();
  if (isIP(bare) === 6) return { host: bare, port: temporalPort };
  const [, host = bare, port] = /^(.*?)(?::(\d+))?$/.exec(bare) ?? [];
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? temporalPort) };
}
