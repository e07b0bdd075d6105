import { canonicalQuery, type WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { sourceState } from '../account/source-server';
import { ApiError, invalid, invalidSourceState, notFound } from '../api-error';
import { planJob } from '../jobs/life-cycle';
import { newJobSettings, newJobTags } from '../parameters/job-parameters';
import { requiredText, text } from '../parameters/parameters';

/** SMC: CreateReplicationJob. */
export function createReplicationJob(account: SimulatedAccount, params: WireParams): { JobId: string } {
  const clientToken = text(params, 'ClientToken');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the rule.
  if (clientToken !== undefined && !/^[\x00-\x7f]{1,64}$/.test(clientToken))
    throw invalid('ClientToken', 'at most 64 ASCII characters');
  const request = canonicalQuery(withoutCommon(params));
  const before = clientToken === undefined ? undefined : account.clientTokens.get(clientToken);
  if (before) {
    if (before.request !== request)
      throw new ApiError(
        'IdempotentParameterMismatch',
        'The request uses the same client token as a previous, but non-identical request.',
      );
    return { JobId: before.jobId };
  }

  const regionId = requiredText(params, 'RegionId');
  if (!/^[a-z]{2}-[a-z0-9-]+$/.test(regionId)) throw notFound('RegionId', regionId);
  const sourceId = requiredText(params, 'SourceId');
  const source = account.sources.get(sourceId);
  if (!source) throw notFound('SourceId', sourceId);
  const settings = newJobSettings(params, source, account);
  const tags = newJobTags(params);

  const state = sourceState(source);
  if (state !== 'Available') throw invalidSourceState(state, ['Available']);
  if (settings.name !== undefined && account.jobNames.has(settings.name))
    throw new ApiError(
      'ReplicationJobName.Duplicate',
      `The replication job name ${settings.name} is used already.`,
    );
  if (account.jobs.size >= account.options.jobsQuota) {
    account.record.refusedCreates++;
    throw new ApiError(
      'QuotaExceeded.ReplicationJob',
      `The maximum number of replication jobs (${account.options.jobsQuota}) is exceeded.`,
    );
  }

  const jobId = account.nextId('j');
  const { imageName } = settings;
  if (imageName && account.imageNames.has(`${regionId}/${imageName}`))
    settings.imageName = `${imageName}_${jobId}`;
  account.addJob({
    jobId,
    sourceId,
    regionId,
    settings,
    status: 'Ready',
    createdAt: account.time,
    progress: 0,
    transferredShare: 0,
    synced: false,
    runs: [],
    imageIds: [],
    tags,
    due: {},
  });
  const job = account.jobs.get(jobId)!;
  account.holdView(job, false);
  planJob(account, job);
  if (clientToken !== undefined) account.clientTokens.set(clientToken, { request, jobId });
  account.record.createsPerSource[sourceId] = (account.record.createsPerSource[sourceId] ?? 0) + 1;
  return { JobId: jobId };
}

const common = new Set([
  'AccessKeyId',
  'Action',
  'ClientToken',
  'Format',
  'SecurityToken',
  'Signature',
  'SignatureMethod',
  'SignatureNonce',
  'SignatureVersion',
  'Timestamp',
  'Version',
]);

/** The parameters that make two requests the same: not those of signature, time and format. */
function withoutCommon(params: WireParams): WireParams {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !common.has(name)));
}
