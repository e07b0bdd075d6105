import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type ConnectionOptions, isGrpcServiceError } from '@temporalio/client';
import { channelState, grpcStatus, listenToGrpc } from './grpc';
import { patientQueries } from './patient-queries';
import { dataConverter } from './payload-codec';
import { hostAndPort, proxyTo, type TemporalProxy } from './proxy';
import type { TemporalSettings } from './settings';
import { TemporalUnavailable } from './unavailable';

/** How long a command waits for a connection, in milliseconds. */
export interface Patience {
  /** The wait for a server that does not answer. */
  silentMs?: number;
  /** The wait for an address where nothing listens yet: a server may be starting. */
  refusedMs?: number;
}

/** A connected client; the caller closes its connection. Rejects with {@link TemporalUnavailable}. */
export async function connectClient(settings: TemporalSettings, patience: Patience = {}): Promise<Client> {
  const proxy = proxyTo(settings.address);
  const proxySays = proxy && listenToGrpc();
  try {
    const options = throughProxy(settings.connectionOptions, settings.address, proxy);
    return new Client({
      connection: await connected(options, patience),
      namespace: settings.namespace,
      dataConverter,
      interceptors: { workflow: [patientQueries] },
    });
  } catch (cause) {
    throw unreachable(settings, cause, proxy, proxySays?.());
  }
}

async function connected(options: ConnectionOptions, patience: Patience): Promise<Connection> {
  const { silentMs = 5_000, refusedMs = 800 } = patience;
  // A server that is just starting is found soon.
  const channelArgs = { 'grpc.initial_reconnect_backoff_ms': 200, ...options.channelArgs };
  const connection = WatchedConnection.lazy({
    ...options,
    channelArgs,
    connectTimeout: silentMs,
  }) as WatchedConnection;
  try {
    await connection.untilOpen(refusedMs, silentMs);
    await connection.ensureConnected();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A connection that shows whether the address refuses connections, or is only slow. The SDK repeats both. */
class WatchedConnection extends Connection {
  async untilOpen(refusedMs: number, silentMs: number): Promise<void> {
    const since = performance.now();
    for (;;) {
      const state = this.client.getChannel().getConnectivityState(true);
      if (state === channelState.READY) return;
      const most = state === channelState.TRANSIENT_FAILURE ? refusedMs : silentMs;
      if (performance.now() - since > most) throw new Error('no connection');
      await sleep(20);
    }
  }
}

/** Client options that make gRPC use this proxy, or none, instead of the one in its environment. */
export function throughProxy<O extends ConnectionOptions>(
  options: O,
  address: string,
  proxy: TemporalProxy | undefined,
): O {
  const channelArgs = { ...options.channelArgs, 'grpc.enable_http_proxy': 0 };
  if (!proxy) return { ...options, channelArgs };
  const { host, port } = hostAndPort(address);
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const { credentials } = proxy;
  return {
    ...options,
    address: proxy.address,
    channelArgs: {
      ...channelArgs,
      'grpc.http_connect_target': `dns:${target}`,
      'grpc.default_authority': target,
      ...(credentials && {
        'grpc.http_connect_creds': `${credentials.username}:${credentials.password}`,
      }),
    },
  };
}

/** The reason why there is no connection, for the operator. */
export function unreachable(
  { address, addressFrom }: TemporalSettings,
  cause: unknown,
  proxy: TemporalProxy | undefined,
  proxySays?: string,
): TemporalUnavailable {
  const refusal = isGrpcServiceError(cause) ? cause : (cause as Error | undefined)?.cause;
  if (
    isGrpcServiceError(refusal) &&
    (refusal.code === grpcStatus.UNAUTHENTICATED || refusal.code === grpcStatus.PERMISSION_DENIED)
  ) {
    return new TemporalUnavailable(
      `The Temporal server at ${address} refuses this client: ${refusal.details}. Check TEMPORAL_API_KEY and the TEMPORAL_TLS settings.`,
      { cause },
    );
  }
  const way = proxy
    ? ` through the proxy ${proxy.address} (${proxy.variable}${proxySays ? `: ${proxySays}` : ''})`
    : '';
  const remedies = [
    proxy && `If the proxy does not lead there, add ${hostAndPort(address).host} to NO_PROXY.`,
    addressFrom
      ? `Check that it runs, then that the address is right: it comes from ${addressFrom}.`
      : "Start a local one with 'smc-batch dev', or set TEMPORAL_ADDRESS.",
  ];
  return new TemporalUnavailable(
    [`No Temporal server answers at ${address}${way}.`, ...remedies.filter(Boolean)].join(' '),
    { cause },
  );
}
