import type { Client } from '@temporalio/client';
import { connectClient, type TemporalSettings, temporalSettings } from '../temporal';

/** Runs `work` with a connected Temporal client and closes it, whatever happens. */
export async function withClient<T>(
  work: (client: Client, settings: TemporalSettings) => Promise<T>,
): Promise<T> {
  const settings = temporalSettings();
  const client = await connectClient(settings);
  try {
    return await work(client, settings);
  } finally {
    await client.connection.close();
  }
}

/** The Temporal UI: `TEMPORAL_UI_URL`, or where a local dev server has it. */
export function temporalUiUrl({ address }: TemporalSettings): string | undefined {
  if (process.env.TEMPORAL_UI_URL) return process.env.TEMPORAL_UI_URL.replace(/\/$/, '');
  const [host, port] = address.split(':');
  const isLocal = host === '127.0.0.1' || host === 'localhost';
  return isLocal ? `http://${host}:${Number(port) + 1000}` : undefined;
}

/** A workflow's page in the Temporal UI. */
export const workflowUrl = (uiUrl: string, namespace: string, workflowId: string) =>
  `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
