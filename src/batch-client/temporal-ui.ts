import type { Client, Connection } from '@temporalio/client';
import { createHttpClient } from '../http';
import { type TemporalSettings, uiUrlKey } from '../temporal';

/** A UI on this machine answers at once, or is not there. */
const uiPatienceMs = 500;

/**
 * The address of the Temporal UI, or undefined where it is not known: `TEMPORAL_UI_URL`; else, of a server on this machine,
 * what `smc-batch dev` has written into the namespace, or the usual port, where a UI of that very server answers there.
 */
export async function temporalUiUrl(
  client: Client,
  { address, namespace }: Pick<TemporalSettings, 'address' | 'namespace'>,
): Promise<string | undefined> {
  if (process.env.TEMPORAL_UI_URL) return process.env.TEMPORAL_UI_URL.replace(/\/$/, '');
  const { workflowService } = client.connection as Connection;
  try {
    return await client.withDeadline(Date.now() + 2_000, async () => {
      const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
      const { clusterId } = await workflowService.getClusterInfo({});
      for (const uiUrl of [namespaceInfo?.data?.[uiUrlKey], usualUrl(address)])
        if (uiUrl && (await clusterOf(uiUrl)) === clusterId) return uiUrl;
      return undefined;
    });
  } catch {
    // Some identities may not ask: a link is no reason to fail.
    return undefined;
  }
}

function usualUrl(address: string): string | undefined {
  const [, host, port] = /^(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(address) ?? [];
  return host && `http://${host}:${Number(port) + 1000}`;
}

/** The cluster that a UI shows, where one answers. */
async function clusterOf(uiUrl: string): Promise<string | undefined> {
  const http = createHttpClient({ timeoutMs: uiPatienceMs });
  try {
    const answer = await http.exchange(new URL('/api/v1/cluster-info', uiUrl), {
      method: 'GET',
      isDirect: true,
    });
    return (JSON.parse(answer.text) as { clusterId?: string }).clusterId;
  } catch {
    return undefined;
  } finally {
    await http.close();
  }
}

/** A workflow's page in the Temporal UI. */
export const workflowUrl = (uiUrl: string, namespace: string, workflowId: string) =>
  `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
