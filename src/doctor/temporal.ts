import type { Client, Connection } from '@temporalio/client';
import { findAtWork, queueCheck } from '../batch-client/queues/account-queue';
import {
  addSearchAttributes,
  connectClient,
  findSearchAttributes,
  proxyTo,
  replaceSearchAttributes,
  searchAttributeNames,
  TemporalUnavailable,
  taskQueue,
  temporalQueueLimit,
  temporalSettings,
} from '../temporal';
import { shellWord } from '../text';
import type { Check } from './check';
import { checksOfWorkers } from './workers';

/** Whether Temporal is there and as smc-batch needs it; what cannot be asked is left out. */
export async function checksOfTemporal(): Promise<Check[]> {
  const server = { id: 'temporal-server', title: 'Temporal server' };
  try {
    const settings = temporalSettings();
    const client = await connectClient(settings);
    const proxy = proxyTo(settings.address);
    try {
      return [
        {
          ...server,
          status: 'ok',
          detail: `${settings.address}${proxy ? `, through the proxy ${proxy.address} (${proxy.variable})` : ''}`,
        },
        ...(await checksOfNamespace(client, settings.namespace)),
      ];
    } finally {
      await client.connection.close();
    }
  } catch (error) {
    if (!(error instanceof TemporalUnavailable)) throw error;
    const [detail, ...remedy] = error.message.split(/(?<=\.)\s+(?=[A-Z])/);
    return [
      {
        ...server,
        status: 'problem',
        detail: detail!.replace(/\.$/, ''),
        remedy: remedy.join(' ') || "Correct the TEMPORAL_* settings; 'smc-batch dev' starts a local server.",
      },
    ];
  }
}

async function checksOfNamespace(client: Client, namespace: string): Promise<Check[]> {
  const check = { id: 'temporal-namespace', title: 'Temporal namespace' };
  const { workflowService } = client.connection as Connection;
  try {
    await client.withDeadline(Date.now() + 5_000, () => workflowService.describeNamespace({ namespace }));
  } catch (error) {
    return [
      {
        ...check,
        status: 'problem',
        detail: `${namespace}: ${reasonOf(error)}`,
        remedy: `Set TEMPORAL_NAMESPACE, or have it made: temporal operator namespace create --namespace ${shellWord(namespace)}`,
      },
    ];
  }
  return [
    { ...check, status: 'ok', detail: namespace },
    await searchAttributesCheck(client, namespace),
    ...(await checksOfWorkers(client)),
    ...(await accountQueueChecks(client)),
    ...(await callRateChecks(client, namespace)),
  ];
}

async function searchAttributesCheck(client: Client, namespace: string): Promise<Check> {
  const check = { id: 'search-attributes', title: 'Search attributes' };
  try {
    const { missing, mistyped } = await findSearchAttributes(client, namespace);
    if (mistyped.length > 0) {
      return {
        ...check,
        status: 'problem',
        detail: `of another type than Keyword: ${mistyped.map(({ name, type }) => `${name} (${type})`).join(', ')}`,
        remedy: `Have them replaced, or use another namespace: ${replaceSearchAttributes(namespace, mistyped)}`,
      };
    }
    if (missing.length === 0) return { ...check, status: 'ok', detail: searchAttributeNames.join(', ') };
    return {
      ...check,
      status: 'warning',
      detail: `${missing.join(', ')} missing in ${namespace}`,
      remedy: `The first 'apply' or worker adds them where it may; else: ${addSearchAttributes(namespace, missing)}`,
    };
  } catch (error) {
    return {
      ...check,
      status: 'warning',
      detail: `could not be read: ${reasonOf(error)}`,
      remedy: 'If a worker starts without complaint they are there.',
    };
  }
}

/** Left out where the running batches cannot be listed: the checks above say so. */
async function accountQueueChecks(client: Client): Promise<Check[]> {
  const atWork = await client
    .withDeadline(Date.now() + 5_000, () => findAtWork(client))
    .catch(() => undefined);
  return atWork ? [queueCheck(taskQueue(), atWork)] : [];
}

/** The limit that workers or an operator have set on the task queue; there is none as a rule. */
async function callRateChecks(client: Client, namespace: string): Promise<Check[]> {
  const limit = await temporalQueueLimit(client.connection, namespace)
    .read()
    .catch(() => undefined);
  if (limit?.perSecond === undefined) return [];
  const check = { id: 'call-rate', title: 'Calls per second' };
  const detail = `at most ${limit.perSecond} activities per second over all workers`;
  if (!limit.isOurs)
    return [{ ...check, status: 'ok', detail: `${detail}, as set on the task queue by hand` }];
  return [
    {
      ...check,
      status: 'warning',
      detail: `${detail}: SMC throttles`,
      remedy:
        'Nothing: a worker raises it again. If it comes back often, lower SMC_CALLS_PER_SECOND or raise SMC_POLL_INTERVAL.',
    },
  ];
}

/** gRPC puts its code and the address first; the details are what the server said. */
const reasonOf = (error: unknown) =>
  (error as { details?: string }).details || (error as Error).message || String(error);
