import { logVerbosity, setLogger, setLogVerbosity, status } from '@grpc/grpc-js';
import { Client, Connection, type ConnectionOptions, isGrpcServiceError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { patientQueries } from './patient-queries';
import { dataConverter } from './payload-codec';
import { hostAndPort, proxyTo, type TemporalProxy } from './proxy';
import type { TemporalSettings } from './settings';
import { TemporalUnavailable } from './unavailable';

/** A connected client; close its connection when done. Rejects with {@link TemporalUnavailable}. */
export async function connectClient(
  settings: TemporalSettings,
  { patienceMs = 5_000 } = {},
): Promise<Client> {
  const proxy = proxyTo(settings.address);
  const proxySays = proxy && listenToGrpc();
  try {
    const connection = await Connection.connect({
      ...throughProxy(settings.connectionOptions, settings.address, proxy),
      connectTimeout: patienceMs,
    });
    return new Client({
      connection,
      namespace: settings.namespace,
      dataConverter,
      interceptors: { workflow: [patientQueries] },
    });
  } catch (cause) {
    throw unreachable(settings, cause, proxy, proxySays?.());
  }
}

/** A worker's connection. Rejects with {@link TemporalUnavailable}. */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  const proxy = proxyTo(settings.address);
  try {
    return await NativeConnection.connect({
      ...settings.connectionOptions,
      ...(proxy && {
        proxy: { type: 'http-connect', targetHost: proxy.address, basicAuth: proxy.credentials },
      }),
    });
  } catch (cause) {
    throw unreachable(settings, cause, proxy);
  }
}

/** Client options by which gRPC goes this way, whatever it reads from the environment. */
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

/** Takes from gRPC's log, which would go to stderr line by line, why the proxy does not let us through. */
function listenToGrpc(): () => string | undefined {
  if (process.env.GRPC_VERBOSITY || process.env.GRPC_TRACE) return () => undefined;
  let reason: string | undefined;
  setLogVerbosity(logVerbosity.ERROR);
  setLogger({
    error: (...said: unknown[]) => {
      reason = /with (?:error (.*)|(status \d+))$/.exec(said.join(' '))?.slice(1).find(Boolean) ?? reason;
    },
  });
  return () => reason;
}

function unreachable(
  { address, addressFrom }: TemporalSettings,
  cause: unknown,
  proxy: TemporalProxy | undefined,
  proxySays?: string,
): TemporalUnavailable {
  const refusal = isGrpcServiceError(cause) ? cause : (cause as Error | undefined)?.cause;
  if (
    isGrpcServiceError(refusal) &&
    (refusal.code === status.UNAUTHENTICATED || refusal.code === status.PERMISSION_DENIED)
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
      ? `Look whether it runs, and whether the address is right: it comes from ${addressFrom}.`
      : "Start a local one with 'smc-batch dev', or set TEMPORAL_ADDRESS.",
  ];
  return new TemporalUnavailable(
    [`No Temporal server answers at ${address}${way}.`, ...remedies.filter(Boolean)].join(' '),
    { cause },
  );
}
