import { NativeConnection } from '@temporalio/worker';
import { unreachable } from '../connect';
import { proxyTo } from '../proxy';
import type { TemporalSettings } from '../settings';

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
