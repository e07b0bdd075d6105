import { createHttpClient } from '../http';
import {
  createSmcClient,
  createTransport,
  defaultCredentials,
  firstSource,
  type SignatureKind,
  type SmcClient,
  SmcError,
  signatureNames,
} from '../smc';
import { logSettings, metricsAddress, TemporalUnavailable, workerSettings } from '../temporal';
import type { Check } from './check';
import { maskedKeyId } from './machine';

/** Whether the SMC API answers this machine and lets it read. */
export async function checksOfSmc(): Promise<Check[]> {
  try {
    const { endpoint, signature } = workerSettings();
    // They throw what a worker would.
    logSettings();
    metricsAddress();
    const reached = await endpointChecks(endpoint);
    const credentials = await credentialsCheck();
    const canAsk = reached[0]!.status === 'ok' && credentials.status === 'ok';
    return [
      ...reached,
      { id: 'signature', title: 'Signature', status: 'ok', detail: signatureNames[signature] },
      credentials,
      ...(canAsk ? await permissionChecks(endpoint, signature) : []),
    ];
  } catch (error) {
    if (!(error instanceof TemporalUnavailable)) throw error;
    return [
      {
        id: 'smc-endpoint',
        title: 'SMC endpoint',
        status: 'problem',
        detail: error.message,
        remedy: 'Correct that variable, or unset it for its default.',
      },
    ];
  }
}

/** Asks the endpoint for anything at all: its answer has the service's time. */
async function endpointChecks(endpoint: string): Promise<Check[]> {
  const check = { id: 'smc-endpoint', title: 'SMC endpoint' };
  const http = createHttpClient({ timeoutMs: 10_000 });
  try {
    const sentAt = Date.now();
    const answer = await http.exchange(new URL(endpoint), { method: 'GET' });
    const middle = (sentAt + Date.now()) / 2;
    const serviceTime = Date.parse(answer.header('date') ?? '');
    return [{ ...check, status: 'ok', detail: endpoint }, clockCheck(serviceTime - middle)];
  } catch (error) {
    return [
      {
        ...check,
        status: 'problem',
        detail: `${endpoint} does not answer: ${(error as Error).message}`,
        remedy:
          'Check, in this order: SMC_ENDPOINT, the name of its host (DNS), the proxy (HTTPS_PROXY, NO_PROXY), the firewall.',
      },
    ];
  } finally {
    await http.close();
  }
}

/** SMC takes timestamps that are 15 minutes off, or 31 by newer texts. A Date header has whole seconds. */
export function clockCheck(skewMs: number): Check {
  const check = { id: 'clock', title: 'Clock' };
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Number.isNaN(skewMs))
    return {
      ...check,
      status: 'warning',
      detail: 'the endpoint does not tell its time',
      remedy: 'Check that SMC_ENDPOINT is the SMC API, and that no proxy answers in its place.',
    };
  if (seconds <= 60)
    return { ...check, status: 'ok', detail: `within ${Math.max(1, seconds)} s of the service` };
  return {
    ...check,
    status: seconds > 15 * 60 ? 'problem' : 'warning',
    detail: `${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the service`,
    remedy: "Set this machine's clock (NTP): requests with another time are refused.",
  };
}

async function credentialsCheck(): Promise<Check> {
  const check = { id: 'credentials', title: 'Credentials' };
  try {
    // The same look-up the worker makes; only here its source is of interest.
    const found = await firstSource({});
    const kind = found.securityToken ? 'temporary AccessKey' : 'AccessKey';
    return {
      ...check,
      status: 'ok',
      detail: `${kind} ${maskedKeyId(found.accessKeyId)} from ${found.source}`,
    };
  } catch (error) {
    if (error instanceof SmcError && error.code === 'CredentialsUnavailable')
      return { ...check, status: 'problem', detail: error.message, remedy: error.remedyByHand };
    return {
      ...check,
      status: 'problem',
      detail: 'none were found in the environment, ~/.aliyun/config.json, a RAM role or a credentials URI',
      remedy:
        'Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or give this machine a profile or a RAM role.',
    };
  }
}

/** Read-only calls, one an operation; that it may create and delete jobs shows only when it does. */
async function permissionChecks(endpoint: string, signature: SignatureKind): Promise<Check[]> {
  const smc = createSmcClient(
    createTransport({ endpoint, signature, credentials: defaultCredentials(), timeoutMs: 10_000 }),
  );
  const reads: [string, (smc: SmcClient) => Promise<string | undefined>][] = [
    ['DescribeSourceServers', sourcesInAccount],
    ['DescribeReplicationJobs', jobsInAccount],
    [
      'ListTagResources',
      async () => {
        await smc.listTagResources({ resourceType: 'sourceserver', tags: [{ key: 'smc-batch' }] });
        return undefined;
      },
    ],
  ];
  try {
    const checks: Check[] = [];
    for (const [operation, read] of reads) {
      const check = { id: `permission-${operation}`, title: operation };
      checks.push(
        await read(smc).then(
          (found): Check => ({ ...check, status: 'ok', detail: found ? `allowed; ${found}` : 'allowed' }),
          (error: unknown): Check => {
            if (!(error instanceof SmcError)) throw error;
            return { ...check, status: 'problem', detail: error.message, remedy: error.remedyByHand };
          },
        ),
      );
    }
    return checks;
  } finally {
    await smc.close();
  }
}

async function sourcesInAccount(smc: SmcClient): Promise<string | undefined> {
  const { totalCount } = await smc.describeSourceServers({ pageSize: 1 });
  return totalCount === undefined ? undefined : `${totalCount} source servers in the account`;
}

/** What the account has of its quotas; SMC does not say how much that may be. */
async function jobsInAccount(smc: SmcClient): Promise<string | undefined> {
  const { totalCount: existing } = await smc.describeReplicationJobs({ pageSize: 1 });
  const { totalCount: running } = await smc.describeReplicationJobs({ pageSize: 1, status: 'Running' });
  if (existing === undefined || running === undefined) return undefined;
  return `${existing} jobs exist, ${running} of them run (account.quota of a plan says how many may)`;
}
