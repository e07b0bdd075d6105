import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { dataConverter } from './payload-codec';
import type { TemporalSettings } from './settings';
import { TemporalUnavailable } from './unavailable';

/** A connected client; close its connection when done. Rejects with {@link TemporalUnavailable}. */
export async function connectClient(settings: TemporalSettings): Promise<Client> {
  try {
    const connection = await Connection.connect({ ...settings.connectionOptions, connectTimeout: '5s' });
    return new Client({ connection, namespace: settings.namespace, dataConverter });
  } catch (cause) {
    throw unreachable(settings, cause);
  }
}

/** A worker's connection. Rejects with {@link TemporalUnavailable}. */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(settings.connectionOptions);
  } catch (cause) {
    throw unreachable(settings, cause);
  }
}

function unreachable({ address }: TemporalSettings, cause: unknown): TemporalUnavailable {
  return new TemporalUnavailable(
    `No Temporal server answers at ${address}. Start a local one with 'smc-batch dev', or set TEMPORAL_ADDRESS.`,
    { cause },
  );
}
