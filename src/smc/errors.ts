/**
 * What the orchestrator does with an error:
 * `throttled` and `transient` are retried, `quota` waits for a slot and costs no attempt, `state` is looked at and
 * decided, `fatal` ends that server at once.
 */
export type SmcErrorClass = 'throttled' | 'transient' | 'quota' | 'state' | 'fatal';

export interface SmcErrorRule {
  /** The API's code, or its beginning when it ends with `*`. */
  code: string;
  class: SmcErrorClass;
  /** What the operator can do about it, one sentence. */
  remedy: string;
}

/** Every code we know, with what it means to the orchestrator and to the operator. The first match wins. */
export const smcErrorRules: readonly SmcErrorRule[] = [
  { code: 'Throttling*', class: 'throttled', remedy: 'Nothing: the call is repeated, more slowly.' },
  {
    code: 'InternalError',
    class: 'transient',
    remedy: 'Nothing: the call is repeated. If it stays, open a ticket with the RequestId.',
  },
  {
    code: 'InternalServerError',
    class: 'transient',
    remedy: 'Nothing: the call is repeated. If it stays, open a ticket with the RequestId.',
  },
  { code: 'ServiceUnavailable*', class: 'transient', remedy: 'Nothing: the call is repeated.' },
  {
    code: 'SignatureNonceUsed',
    class: 'transient',
    remedy: 'Nothing: the call is repeated with a new nonce.',
  },
  {
    code: 'InvalidTimeStamp.Expired',
    class: 'transient',
    remedy: "Set this machine's clock (NTP); meanwhile the service's own time is used.",
  },
  {
    code: 'NetworkError',
    class: 'transient',
    remedy: 'Check SMC_ENDPOINT, DNS, proxy and firewall of the worker; the call is repeated.',
  },
  {
    code: 'UnreadableAnswer',
    class: 'transient',
    remedy: 'Check that SMC_ENDPOINT is the SMC API and no proxy page; the call is repeated.',
  },
  {
    code: 'QuotaExceeded.Vpc',
    class: 'fatal',
    remedy: 'A region has 10 VPCs: give the plan a vSwitchId that the jobs can share, or free a VPC.',
  },
  {
    code: 'QuotaExceeded*',
    class: 'quota',
    remedy: 'Nothing: the server waits for a free slot. To go faster, ask for a higher quota by ticket.',
  },
  {
    code: 'ReplicationJob.InvalidStatus',
    class: 'state',
    remedy: "Look at the job's status in the SMC console.",
  },
  {
    code: 'ReplicationJob.InvalidBusinessStatus',
    class: 'state',
    remedy: 'Nothing: the call is repeated when the job has gone on.',
  },
  {
    code: 'SourceServerState.Invalid',
    class: 'state',
    remedy: 'The source server must be Available: check its SMC client, or finish the job that uses it.',
  },
  {
    code: 'SourceServer.WithRunningReplicationJob',
    class: 'state',
    remedy: 'Wait for the running replication job, or stop it, then try again.',
  },
  {
    code: 'ReplicationJob.Related',
    class: 'state',
    remedy: 'The source server has a replication job: delete it first, or use Force.',
  },
  {
    code: 'ReplicationJobName.Duplicate',
    class: 'state',
    remedy: 'Choose another name: replication job names are unique in the account.',
  },
  {
    code: 'SourceServer.Offline',
    class: 'fatal',
    remedy: 'Start the SMC client on the source server and check its network, then retry the server.',
  },
  {
    code: 'SourceServer.NotFound',
    class: 'fatal',
    remedy: 'Import the source server with the SMC client, or correct sourceId or sourceName in the plan.',
  },
  {
    code: 'SourceServer.Ambiguous',
    class: 'fatal',
    remedy: 'Several source servers have this name: use sourceId.',
  },
  {
    code: 'SourceServer.InUse',
    class: 'fatal',
    remedy:
      'Another replication job uses this source server: finish or delete that job, then retry the server.',
  },
  {
    code: 'SourceServerName.Duplicate',
    class: 'fatal',
    remedy: 'Choose another name: source server names are unique in the account.',
  },
  {
    code: 'ImageName.UsedByReplicationJob',
    class: 'fatal',
    remedy: 'Another replication job makes an image of this name: choose another imageName.',
  },
  {
    code: 'InvalidImageName.Duplicated',
    class: 'fatal',
    remedy: 'An image of this name exists in the region: choose another imageName.',
  },
  {
    code: 'ReplicationJobDataDiskIndex.Invalid',
    class: 'fatal',
    remedy: 'Use a data disk index that the source server has: see its DataDisks.',
  },
  { code: 'DataDisk.DuplicateIndex', class: 'fatal', remedy: 'Give each data disk its own index.' },
  {
    code: 'VSwitchIdVpcId.Mismatch',
    class: 'fatal',
    remedy: 'The vSwitch is not in that VPC: correct vpcId, or leave it out.',
  },
  {
    code: 'InvalidSecurityGroupId*',
    class: 'fatal',
    remedy: 'Use a security group of the same VPC and network type.',
  },
  { code: 'NumberExceed*', class: 'fatal', remedy: 'Give fewer tags (20) or resources (50) in one request.' },
  {
    code: 'InvalidAccessKeyId*',
    class: 'fatal',
    remedy:
      'The AccessKey is not known: check ALIBABA_CLOUD_ACCESS_KEY_ID, or the profile or role the worker runs with.',
  },
  {
    code: 'SignatureDoesNotMatch',
    class: 'fatal',
    remedy: 'The AccessKey secret is wrong: check ALIBABA_CLOUD_ACCESS_KEY_SECRET, without quotes or blanks.',
  },
  {
    code: 'IncompleteSignature',
    class: 'fatal',
    remedy: 'The AccessKey secret is wrong: check ALIBABA_CLOUD_ACCESS_KEY_SECRET, without quotes or blanks.',
  },
  {
    code: 'InvalidSecurityToken*',
    class: 'fatal',
    remedy: 'The STS token is malformed or has expired: renew the temporary credentials of the worker.',
  },
  {
    code: 'CredentialsMissing',
    class: 'fatal',
    remedy:
      'Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET for the worker, or give it a profile or a RAM role.',
  },
  {
    code: 'InvalidTimeStamp.Format',
    class: 'fatal',
    remedy: 'Report this as a bug of smc-batch with the RequestId.',
  },
  {
    code: 'InvalidAction.NotFound',
    class: 'fatal',
    remedy: 'SMC_ENDPOINT does not serve this operation: it should be https://smc.aliyuncs.com.',
  },
  {
    code: 'Forbidden*',
    class: 'fatal',
    remedy: "Grant the worker's RAM identity this SMC operation (AliyunSMCFullAccess).",
  },
  {
    code: 'NoPermission*',
    class: 'fatal',
    remedy: "Grant the worker's RAM identity this SMC operation (AliyunSMCFullAccess).",
  },
  {
    code: 'EntityNotExist.Role',
    class: 'fatal',
    remedy:
      'Create the service-linked role AliyunServiceRoleForSMC: the SMC console does it when the first source is imported.',
  },
  {
    code: 'RealNameAuthenticationError',
    class: 'fatal',
    remedy: "Finish the account's real-name authentication.",
  },
  {
    code: 'InvalidAccountStatus.NotEnoughBalance',
    class: 'fatal',
    remedy: 'Top up the account: the intermediate instance is pay-as-you-go.',
  },
  {
    code: 'InvalidAccountStatus.SnapshotServiceUnavailable',
    class: 'fatal',
    remedy: 'Activate the snapshot service in the ECS console.',
  },
  {
    code: 'UnknownStatus',
    class: 'fatal',
    remedy:
      'The API speaks of a status this version does not know: upgrade smc-batch; the job was left as it is.',
  },
  { code: 'Missing*', class: 'fatal', remedy: 'Give this parameter in the plan.' },
  { code: 'Invalid*', class: 'fatal', remedy: 'Correct this parameter in the plan.' },
];

/** The rule for a code; a code we do not know is judged by the HTTP status alone: 5xx is transient, all else fatal. */
export function smcErrorRule(code: string, httpStatus?: number): SmcErrorRule {
  const known = smcErrorRules.find((rule) =>
    rule.code.endsWith('*') ? code.startsWith(rule.code.slice(0, -1)) : rule.code === code,
  );
  if (known) return known;
  return httpStatus !== undefined && httpStatus >= 500
    ? { code, class: 'transient', remedy: 'Nothing: the call is repeated.' }
    : {
        code,
        class: 'fatal',
        remedy: 'Look the code up in the SMC documentation, or open a ticket with the RequestId.',
      };
}

/** What is known of a failed call; plain data, so that it survives Temporal's histories. */
export interface SmcErrorFacts {
  code: string;
  message: string;
  action?: string;
  requestId?: string;
  /** Absent when no answer came. */
  httpStatus?: number;
  /** The service's own troubleshooting URL. */
  recommend?: string;
}

/** The one error of the SMC client: what the API (or the network) said, and its class. */
export class SmcError extends Error {
  readonly code: string;
  readonly class: SmcErrorClass;
  readonly remedy: string;
  readonly facts: SmcErrorFacts;

  constructor(facts: SmcErrorFacts, options?: { cause?: unknown }) {
    super(describeSmcError(facts), options);
    this.name = 'SmcError';
    const rule = smcErrorRule(facts.code, facts.httpStatus);
    this.code = facts.code;
    this.class = rule.class;
    this.remedy = rule.remedy;
    this.facts = facts;
  }
}

/** `Code: message (CreateReplicationJob, RequestId …)`. */
export function describeSmcError(facts: SmcErrorFacts): string {
  const where = [facts.action, facts.requestId && `RequestId ${facts.requestId}`].filter(Boolean).join(', ');
  return `${facts.code}: ${facts.message.trim().replace(/\s+/g, ' ')}${where ? ` (${where})` : ''}`;
}
