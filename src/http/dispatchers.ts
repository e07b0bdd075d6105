import type { Dispatcher, Pool } from 'undici';
import { HttpFailure } from './failure';
import { networkReason } from './network-reason';
import { proxyFor, proxyName } from './proxy-environment';

export interface DispatcherOptions {
  /** The limit for the whole answer, and for each step before it. */
  timeoutMs: number;
  /** Connections to one host that are kept open. */
  connections: number;
}

/** The way of a request: its connections, and the proxy's name for messages. */
export interface Way {
  dispatcher: Dispatcher;
  proxy?: string;
}

/** The limit for setting up a connection. */
const connectMs = 10_000;

/** Makes all undici dispatchers: direct to a host, or through the proxy that the environment names for it. */
export function createDispatchers({ timeoutMs, connections }: DispatcherOptions) {
  const timeout = Math.min(connectMs, timeoutMs);
  const pool = { connections, connect: { timeout }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const ways = new Map<string, Promise<Way>>();

  async function make(proxy: URL | undefined): Promise<Way> {
    // Loaded at the first request: most commands make none.
    const { Agent, Pool, ProxyAgent } = await import('undici');
    if (!proxy) return { dispatcher: new Agent(pool) };
    const name = proxyName(proxy);
    const dispatcher = new ProxyAgent({
      ...pool,
      uri: name,
      token: proxyToken(proxy),
      proxyTls: { timeout },
      requestTls: { timeout },
      // SOCKS has its own user and password.
      ...(proxy.protocol.startsWith('socks') && {
        username: decoded(proxy.username),
        password: decoded(proxy.password),
      }),
      clientFactory: (origin, options) => tunnels(new Pool(origin, options), name, timeout),
    });
    return { dispatcher, proxy: name };
  }

  const way = (proxy: URL | undefined): Promise<Way> => {
    const key = proxy?.href ?? '';
    const known = ways.get(key) ?? make(proxy);
    ways.set(key, known);
    return known;
  };

  return {
    direct: () => way(undefined),
    /** Rejects with an {@link HttpFailure} when the environment's proxy is no address. */
    wayTo: async (url: URL): Promise<Way> => way(proxyFor(url)),
    async destroy(): Promise<void> {
      await Promise.all([...ways.values()].map(async (way) => (await way).dispatcher.destroy()));
    },
  };
}

/**
 * Asks a proxy for tunnels: once each, with a time limit. A failure must not be undici's own SocketError: undici's client
 * takes that for a lost idle connection, and connects again at once, thousands of times a second.
 */
function tunnels(pool: Pool, name: string, timeout: number): Pool {
  const connect = pool.connect.bind(pool) as (
    options: Dispatcher.ConnectOptions,
  ) => Promise<Dispatcher.ConnectData>;
  pool.connect = (async (options: Dispatcher.ConnectOptions) => {
    const wait = new AbortController();
    const timer = setTimeout(() => wait.abort(), timeout);
    try {
      const answer = await connect({ ...options, signal: wait.signal });
      if (answer.statusCode === 200) return answer;
      answer.socket.on('error', () => {}).destroy();
      throw new HttpFailure(refusal(name, answer.statusCode));
    } catch (cause) {
      if (cause instanceof HttpFailure) throw cause;
      const reason = wait.signal.aborted ? `no connection within ${timeout} ms` : networkReason(cause);
      throw new HttpFailure(`proxy ${name}: ${reason}`, 'noAnswer', { cause });
    } finally {
      clearTimeout(timer);
    }
  }) as Pool['connect'];
  return pool;
}

function refusal(name: string, status: number): string {
  const wants = status === 407 ? ' (it wants another user name or password)' : '';
  return `proxy ${name}: CONNECT was answered with HTTP ${status}${wants}`;
}

function proxyToken({ protocol, username, password }: URL): string | undefined {
  if (!username || protocol.startsWith('socks')) return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign without a code is an ordinary character.
    return text;
  }
}
