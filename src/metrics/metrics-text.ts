import type { Registry } from 'prom-client';
import { createHttpClient } from '../http';
import type { Collector } from './collector';

/** Where the parts of the metrics come from. */
export interface MetricsParts {
  registry: Registry;
  /** Absent until the worker has reached Temporal. */
  collector?: Collector;
  /** The page of the Temporal SDK's own metrics, on loopback. */
  sdkUrl?: string;
}

const sdkPatienceMs = 2_000;

/** Our metrics, and after them the Temporal SDK's. Without an answer of the SDK ours stand alone. */
export async function metricsText({ registry, collector, sdkUrl }: MetricsParts): Promise<string> {
  const [sdk] = await Promise.all([sdkUrl ? sdkMetrics(sdkUrl) : '', collector?.collect()]);
  return `${(await registry.metrics()).trimEnd()}\n${sdk}`;
}

async function sdkMetrics(url: string): Promise<string> {
  const http = createHttpClient({ timeoutMs: sdkPatienceMs, connections: 1 });
  try {
    const { statusCode, text } = await http.exchange(new URL(url), { method: 'GET', isDirect: true });
    return statusCode === 200 ? `${text.replace(/^# EOF$/m, '').trimEnd()}\n` : '';
  } catch {
    return '';
  } finally {
    await http.close();
  }
}
