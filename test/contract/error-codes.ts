import type { SimulatorOptions } from '../../src/simulator';
import type { SmcErrorClass } from '../../src/smc';
import { type Account, times } from './an-account';

/** A code that the API's reference names, and a call that is refused with it. */
export interface ErrorCode {
  code: string;
  class: SmcErrorClass;
  httpStatus: number;
  account?: SimulatorOptions;
  /** Through the simulator's own rules; without it the code is an injected fault. */
  provoke?: (account: Account) => Promise<unknown>;
}

const web = { resourceType: 'sourceserver', resourceIds: ['s-web'] };
const tag = { tags: [{ key: 'k', value: 'v' }] };
const offline = { faults: { sources: [{ source: 'web', offline: true as const }] } };

const byRule: ErrorCode[] = [
  {
    code: 'SourceServerState.Invalid',
    class: 'state',
    httpStatus: 400,
    account: offline,
    provoke: ({ create }) => create(),
  },
  {
    code: 'SourceServerName.Duplicate',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ smc }) => smc.modifySourceServerAttribute({ sourceId: 's-web', name: 'app' }),
  },
  {
    code: 'SourceServer.WithRunningReplicationJob',
    class: 'state',
    httpStatus: 400,
    provoke: async ({ start, smc }) => {
      await start();
      return smc.deleteSourceServer({ sourceId: 's-web', force: true });
    },
  },
  {
    code: 'ReplicationJob.Related',
    class: 'state',
    httpStatus: 400,
    provoke: async ({ create, smc }) => {
      await create();
      return smc.deleteSourceServer({ sourceId: 's-web' });
    },
  },
  {
    code: 'ReplicationJobDataDiskIndex.Invalid',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ create }) => create({ dataDisks: [{ index: 9, size: 20 }] }),
  },
  {
    code: 'DataDisk.DuplicateIndex',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ raw }) =>
      raw('CreateReplicationJob', {
        regionId: 'cn-hangzhou',
        sourceId: 's-web',
        dataDisks: times(2, () => ({ index: 1, size: 20 })),
      }),
  },
  {
    code: 'VSwitchIdVpcId.Mismatch',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ create }) => create({ netMode: 2, vSwitchId: 'vsw-simulator-a', vpcId: 'vpc-x' }),
  },
  {
    code: 'QuotaExceeded.ReplicationJob',
    class: 'quota',
    httpStatus: 400,
    account: { jobsQuota: 0 },
    provoke: ({ create }) => create(),
  },
  {
    code: 'QuotaExceeded.RunningReplicationJob',
    class: 'quota',
    httpStatus: 400,
    account: { runningQuota: 0 },
    provoke: ({ start }) => start(),
  },
  {
    code: 'ReplicationJobName.Duplicate',
    class: 'state',
    httpStatus: 400,
    provoke: async ({ create }) => {
      await create({ name: 'taken' });
      return create({ name: 'taken', sourceId: 's-app' });
    },
  },
  {
    code: 'ReplicationJob.InvalidStatus',
    class: 'state',
    httpStatus: 400,
    provoke: async ({ start, smc }) => smc.deleteReplicationJob({ jobId: await start() }),
  },
  {
    code: 'ReplicationJob.InvalidBusinessStatus',
    class: 'state',
    httpStatus: 400,
    provoke: async ({ start, smc }) => smc.stopReplicationJob({ jobId: await start() }),
  },
  {
    code: 'InvalidParameter.TagValue',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ raw }) => raw('ListTagResources', { ...web, tags: [{ value: 'v' }] }),
  },
  {
    code: 'NumberExceed.Tags',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ raw }) =>
      raw('TagResources', { ...web, tags: times(21, (n) => ({ key: `k${n}`, value: 'v' })) }),
  },
  {
    code: 'NumberExceed.ResourceIds',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ raw }) => raw('TagResources', { ...web, ...tag, resourceIds: times(51, String) }),
  },
  {
    code: 'MissingParameter.ResourceType',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ raw }) => raw('TagResources', { ...tag, resourceIds: ['s-web'] }),
  },
  {
    code: 'InvalidResourceType.NotFound',
    class: 'fatal',
    httpStatus: 404,
    provoke: ({ raw }) => raw('TagResources', { ...web, ...tag, resourceType: 'image' }),
  },
  {
    code: 'Duplicate.ResourceId',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ raw }) => raw('TagResources', { ...web, ...tag, resourceIds: ['s-web', 's-web'] }),
  },
  {
    code: 'InvalidResourceId.NotFound',
    class: 'fatal',
    httpStatus: 404,
    provoke: ({ raw }) => raw('TagResources', { ...web, ...tag, resourceIds: ['s-none'] }),
  },
  {
    code: 'MissingRegionId',
    class: 'fatal',
    httpStatus: 400,
    provoke: ({ raw }) => raw('CreateReplicationJob', { sourceId: 's-web' }),
  },
  {
    code: 'IdempotentParameterMismatch',
    class: 'state',
    httpStatus: 400,
    provoke: async ({ create }) => {
      await create({ clientToken: 'once' });
      return create({ clientToken: 'once', name: 'other' });
    },
  },
];

const byFault: [code: string, errorClass: SmcErrorClass, httpStatus: number][] = [
  ['InvalidSecurityGroupId.IncorrectNetworkType', 'fatal', 400],
  ['InvalidSecurityGroupId.VPCMismatch', 'fatal', 400],
  ['InternalServerError', 'transient', 500],
  ['InternalError', 'transient', 500],
  ['ServiceUnavailable', 'transient', 503],
  ['SignatureDoesNotMatch', 'account', 400],
  ['IncompleteSignature', 'account', 400],
  ['InvalidContentSha256', 'account', 400],
  ['MissingSignature', 'account', 400],
  ['InvalidSignatureMethod', 'account', 400],
  ['InvalidTimeStamp.Format', 'fatal', 400],
  ['InvalidTimeStamp.Expired', 'transient', 400],
  ['SignatureNonceUsed', 'transient', 400],
  ['InvalidAccessKeyId.NotFound', 'account', 404],
  ['InvalidAction.NotFound', 'fatal', 404],
  ['MissingParameter', 'fatal', 400],
  ['Throttling', 'throttled', 400],
  ['Throttling.User', 'throttled', 400],
  ['Throttling.Api', 'throttled', 400],
  ['Forbidden.RAM', 'account', 403],
  ['Forbidden.Unauthorized', 'account', 403],
  ['EntityNotExist.Role', 'account', 403],
  ['RealNameAuthenticationError', 'account', 403],
  ['ImageName.UsedByReplicationJob', 'fatal', 400],
  ['InvalidImageName.Duplicated', 'fatal', 400],
  ['InvalidAccountStatus.NotEnoughBalance', 'account', 400],
  ['InvalidAccountStatus.SnapshotServiceUnavailable', 'account', 400],
  ['QuotaExceeded.Vpc', 'quota', 400],
];

/** Every code of the API's reference and of its newer public texts. */
export const errorCodes: ErrorCode[] = [
  ...byRule,
  ...byFault.map(([code, errorClass, httpStatus]) => ({ code, class: errorClass, httpStatus })),
];

/** Codes that stand in a source or a job, not in a refusal. */
export const shownCodes = ['SourceServer.Offline', 'S1', 'InternalError', 'QuotaExceeded.Vpc'];
