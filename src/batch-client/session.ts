import { type Client, isGrpcServiceError } from '@temporalio/client';
import { connectClient, type TemporalSettings, temporalSettings } from '../temporal';
import { CommandFailure } from '../terminal/failure';

/**
 * Runs `work` with a connected Temporal client and closes it, whatever happens. Throws a {@link CommandFailure} with
 * what Temporal said, where it refuses a call that `work` has no answer to.
 */
export async function withClient<T>(
  work: (client: Client, settings: TemporalSettings) => Promise<T>,
): Promise<T> {
  const settings = temporalSettings();
  const client = await connectClient(settings);
  try {
    return await work(client, settings);
  } catch (error) {
    const refusal = isGrpcServiceError(error) ? error : (error as Error | undefined)?.cause;
    if (!isGrpcServiceError(refusal)) throw error;
    throw new CommandFailure(
      `Temporal at ${settings.address} (namespace ${settings.namespace}) refuses a call: ${refusal.details || refusal.message}. ` +
        'Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE: smc-batch doctor',
    );
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
