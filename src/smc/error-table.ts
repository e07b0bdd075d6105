import { seeTheJob } from './see-the-job';

/**
 * What happens after an error of each class:
 * - `throttled`, `transient`: the call is retried
 * - `quota`: the server waits for a slot; this costs no attempt
 * - `state`: the state of the source or the job is read, and decides
 * - `account`: the call is repeated until the account accepts it; no server fails
 * - `fatal`: the server fails at once
 */
export type SmcErrorClass = 'throttled' | 'transient' | 'quota' | 'state' | 'account' | 'fatal';

export interface SmcErrorRule {
  /** The API's code; with `*` at its end, the beginning of a code. */
  code: string;
  class: SmcErrorClass;
  /** What the operator of a batch can do, in one or two sentences. A worker has made the call. */
  remedy: string;
  /** The same for somebody who has run a command: no worker is part of it, and nothing repeats the call. */
  remedyByHand: string;
}

/** One text where it fits both a batch and a command. */
type Remedy = string | { batch: string; byHand: string };

/** What smc-batch does with an error of each class, in the operator's words. */
export const smcErrorClasses: Readonly<Record<SmcErrorClass, string>> = {
  throttled: 'repeats the call, after the time the service asks for or a growing delay',
  transient: 'repeats the call with a growing, random delay; a job is never created twice',
  quota: 'reads the count again and lets the server wait for a free slot; costs no attempt',
  state: 'reads the source and its job: adopts our own job, else fails that server',
  account: 'fails no server: repeats the call each minute or sooner until it succeeds; the batch says so',
  fatal: 'fails that server at once; the batch goes on',
};

const runAgain = 'Run the command again.';
const repeated = { batch: 'Nothing: the call is repeated.', byHand: runAgain };
const repeatedElseTicket = {
  batch: `${repeated.batch} If it stays, open a ticket with the RequestId.`,
  byHand: `${runAgain} If it stays, open a ticket with the RequestId.`,
};
const fullAccess = 'this SMC operation, for example by the policy AliyunSMCFullAccess';
const grant = {
  batch: `Grant the worker's RAM identity ${fullAccess}; the call is repeated.`,
  byHand: `Grant the RAM identity of these credentials ${fullAccess}.`,
};
const renew = {
  batch:
    'Renew the temporary credentials of the worker. A token in its environment takes effect when the worker is started again; a profile, a RAM role or a credentials URI at once.',
  byHand: 'Renew the temporary credentials: this token is wrong or has expired.',
};
const otherKey = {
  batch:
    'Check ALIBABA_CLOUD_ACCESS_KEY_ID, or the profile or role the worker runs with: the key must exist, be enabled and be of this account.',
  byHand:
    'Check ALIBABA_CLOUD_ACCESS_KEY_ID, then the profile or role of this machine: the key must exist, be enabled and be of this account.',
};
const checkAccount = 'Check the account in the Alibaba Cloud console: it may not use this service now.';
const accountState = { batch: `${checkAccount} The call is repeated.`, byHand: checkAccount };
const pay = {
  batch: 'Pay the open bills, or add money to the account; the call is repeated.',
  byHand: 'Pay the open bills, or add money to the account.',
};
const wrongSecret =
  'Check ALIBABA_CLOUD_ACCESS_KEY_SECRET, without quotes or blanks; if the message says that the request was changed on its way, check for a proxy.';
const wrongClock = "Set this machine's clock (NTP); until then the service's own time is used.";
const otherSignature =
  'The endpoint does not accept this signature: set SMC_SIGNATURE to the other kind (1.0 or v3), and check that SMC_ENDPOINT is the SMC API.';
const changedOnItsWay =
  'Something on the way to SMC_ENDPOINT changes requests (a proxy, a gateway): go around it, or have it pass requests on as they are.';
const way = 'SMC_ENDPOINT, the name of its host (DNS), the proxy (HTTPS_PROXY, NO_PROXY), the firewall';
const smcBatchBug = 'Report this as a bug of smc-batch, with the RequestId.';

const remedies: Record<SmcErrorClass, Record<string, Remedy>> = {
  throttled: {
    'Throttling*': {
      batch: 'Nothing: the call is repeated, more slowly.',
      byHand: 'Run the command again in a minute: the account makes too many calls now.',
    },
  },
  transient: {
    'InternalError*': repeatedElseTicket,
    'InternalServerError*': repeatedElseTicket,
    IllegalTimestamp: wrongClock,
    'InvalidTimeStamp.Expired': wrongClock,
    NetworkError: {
      batch: `Check on the worker's machine, in this order: ${way}. The call is repeated.`,
      byHand: `Check, in this order: ${way}. 'smc-batch doctor' tries them.`,
    },
    'ServiceUnavailable*': repeated,
    'SignatureNonceUsed*': { batch: 'Nothing: the call is repeated with a new nonce.', byHand: runAgain },
    UnreadableAnswer: {
      batch:
        'Check that SMC_ENDPOINT is the SMC API, and that no proxy answers in its place; the call is repeated.',
      byHand:
        'Check that SMC_ENDPOINT is the SMC API, then that no proxy (HTTPS_PROXY, NO_PROXY) answers in its place.',
    },
  },
  quota: {
    'QuotaExceeded*': {
      batch: 'Nothing: the server waits for a free slot. To go faster, ask for a higher quota.',
      byHand: 'Ask for a higher quota: in Quota Center, or by ticket.',
    },
    'QuotaExceeded.ReplicationJob': {
      batch:
        'Nothing: the server waits for a free slot. Delete jobs that are no longer needed, or ask for a higher quota.',
      byHand: 'Delete jobs that are no longer needed, or ask for a higher quota.',
    },
    'QuotaExceeded.Vpc':
      'A region has 10 VPCs: give the plan a vSwitchId that the jobs can share, or free a VPC.',
  },
  state: {
    IdempotentParameterMismatch: thenRetry(
      'This ClientToken has already created a job with other settings: check the job of the source, delete it if it is not wanted',
    ),
    'ReplicationJob.InvalidBusinessStatus': {
      batch: 'Nothing to do: the call is repeated later.',
      byHand: 'Run the command again later.',
    },
    'ReplicationJob.InvalidStatus': seeTheJob,
    'ReplicationJob.Related': 'The source server has a replication job: delete it first, or use Force.',
    'ReplicationJobName.Duplicate': 'Choose another name: replication job names are unique in the account.',
    'SourceServer.WithRunningReplicationJob':
      'Wait for the running replication job, or stop it, then try again.',
    'SourceServerState.Invalid':
      'The source server must be Available: check its SMC client, or finish the job that uses it.',
  },
  account: {
    'AccessDenied*': grant,
    'AccessKeyDisabled*': otherKey,
    'ActionUnauthorized*': grant,
    'Account.Arrearage': pay,
    'Arrearage*': pay,
    CredentialsMissing: {
      batch:
        'Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET for the worker, or give it a profile or a RAM role: a profile or a role is found without a restart.',
      byHand:
        'Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or give this machine a profile (~/.aliyun/config.json) or a RAM role.',
    },
    CredentialsUnavailable: {
      batch:
        'Check that the worker reaches the source of its credentials (RAM role, STS, credentials URI, OIDC token file) and that it grants them; it is asked again.',
      byHand:
        'Check that this machine reaches the source of its credentials (RAM role, STS, credentials URI, OIDC token file), then that it grants them.',
    },
    'EntityNotExist.Role':
      'Create the service-linked role AliyunServiceRoleForSMC: the SMC console does it when the first source is imported.',
    'Forbidden*': grant,
    IllegalSecurityToken: renew,
    'InactiveAccessKey*': otherKey,
    'IncompleteSignature*': wrongSecret,
    'InsufficientBalance*': pay,
    'InvalidAccessKey*': otherKey,
    'InvalidAccessKeySecret*': wrongSecret,
    'InvalidAccountStatus*': accountState,
    'InvalidAccountStatus.NotEnoughBalance':
      'Top up the account: the intermediate instance is pay-as-you-go.',
    'InvalidAccountStatus.SnapshotServiceUnavailable': 'Activate the snapshot service in the ECS console.',
    'InvalidSecurityToken*': renew,
    'InvalidAuthorization*': otherSignature,
    InvalidContentSha256: changedOnItsWay,
    'InvalidSignatureMethod*': otherSignature,
    'InvalidSignatureVersion*': otherSignature,
    'MissingAccessKeyId*': otherKey,
    'MissingAuthorization*': otherSignature,
    'MissingSecurityToken*': renew,
    'MissingSignature*': otherSignature,
    'NoPermission*': grant,
    'NotAuthorized*': grant,
    'NotEnoughBalance*': pay,
    'OperationDenied.NotAuthorized*': grant,
    'RealNameAuthenticationError*': "Finish the account's real-name authentication.",
    'SecurityTokenExpired*': renew,
    'ServiceNotEnabled*': {
      batch: 'Activate the service in the Alibaba Cloud console; the call is repeated.',
      byHand: 'Activate the service in the Alibaba Cloud console.',
    },
    'SignatureDoesNotMatch*': wrongSecret,
    'Unauthorized*': grant,
    'UserDisable*': accountState,
    'UserNotAuthorized*': grant,
    'UserUnAuthorized*': grant,
  },
  fatal: {
    'DataDisk.DuplicateIndex': 'Give each data disk its own index.',
    'Duplicate.ResourceId': 'Name each resource once in a request.',
    'Forbidden.InstanceNotFound':
      'The instance was deleted, or belongs to another account: correct instanceId.',
    'ImageName.UsedByReplicationJob':
      'Another replication job makes an image of this name: choose another imageName.',
    'Invalid*': 'Correct this parameter in the plan.',
    'InvalidAction.NotFound':
      'SMC_ENDPOINT does not serve this operation: it should be https://smc.aliyuncs.com.',
    'InvalidImageName.Duplicated': 'An image of this name exists in the region: choose another imageName.',
    'InvalidParameter.TagValue': 'Give a tag its key as well: a value alone selects nothing.',
    'InvalidResourceId.NotFound':
      'The source server or job was deleted, or belongs to another account: run `smc-batch inventory` to see what there is.',
    'InvalidResourceType.NotFound': `ResourceType is sourceserver or replicationjob. ${smcBatchBug}`,
    'InvalidSecurityGroupId*': 'Use a security group of the same VPC and network type.',
    'InvalidSecurityGroupId.IncorrectNetworkType':
      'The security group is of the classic network: give the plan a vSwitchId of a VPC with its own security group.',
    'InvalidSecurityGroupId.VPCMismatch':
      'The security group is of another VPC: give vSwitchId (and vpcId) of the same VPC.',
    'InvalidTimeStamp.Format': smcBatchBug,
    'Missing*': 'Give this parameter in the plan.',
    'MissingParameter.ResourceType': smcBatchBug,
    'NumberExceed*': 'Give fewer tags (20) or resources (50) in one request.',
    'NumberExceed.ResourceIds': 'Name at most 50 resources in one request.',
    'NumberExceed.Tags': 'A resource and a request carry at most 20 tags: give fewer, or remove some first.',
    'ReplicationJobDataDiskIndex.Invalid':
      'Use a data disk index that the source server has: see its DataDisks.',
    S1: thenRetry('Install rsync on the source server, restart its SMC client'),
    'SourceServer.Ambiguous': 'Several source servers have this name: use sourceId.',
    'SourceServer.InUse': thenRetry(
      'Another replication job uses this source server: finish or delete that job',
    ),
    'SourceServer.NotFound': {
      batch:
        'Import the source server with the SMC client, or correct sourceId or sourceName in the plan, then retry the server; one that was migrated before its source was removed: skip it.',
      byHand: 'Import the source server with the SMC client, or correct sourceId or sourceName in the plan.',
    },
    'SourceServer.Offline': thenRetry('Start the SMC client on the source server, check its network'),
    'SourceServer.Replaced':
      'The server was migrated from another source server: retry it by its name to migrate it again, or skip it.',
    'SourceServerName.Duplicate': 'Choose another name: source server names are unique in the account.',
    UnknownStatus:
      'The API speaks of a status this version does not know: upgrade smc-batch; the job was left as it is.',
    'VSwitchIdVpcId.Mismatch': 'The vSwitch is not in that VPC: correct vpcId, or leave it out.',
  },
};

function ruleOf(code: string, errorClass: SmcErrorClass, remedy: Remedy): SmcErrorRule {
  const { batch, byHand } = typeof remedy === 'string' ? { batch: remedy, byHand: remedy } : remedy;
  return { code, class: errorClass, remedy: batch, remedyByHand: byHand };
}

/** Something is done about the server itself: a batch has to be told, a command reads it anew. */
function thenRetry(what: string): Remedy {
  return { batch: `${what}, then retry the server.`, byHand: `${what}.` };
}

/** All known codes, with their class and remedies; the longest match counts. */
export const smcErrorRules: readonly SmcErrorRule[] = (Object.keys(remedies) as SmcErrorClass[]).flatMap(
  (errorClass) =>
    Object.entries(remedies[errorClass]).map(([code, remedy]) => ruleOf(code, errorClass, remedy)),
);

/**
 * The rule for a code. The class of an unknown code depends on the HTTP status: 5xx is transient; 401 and 403 are `account`,
 * because to wait for a correction of the account costs less than a failed batch; all others are fatal.
 */
export function smcErrorRule(code: string, httpStatus?: number): SmcErrorRule {
  let best: SmcErrorRule | undefined;
  for (const rule of smcErrorRules) {
    if (rule.code === code) return rule;
    const matches = rule.code.endsWith('*') && code.startsWith(rule.code.slice(0, -1));
    if (matches && rule.code.length > (best?.code.length ?? 0)) best = rule;
  }
  // `Invalid*` and `Missing*` also match codes about the caller.
  const isVague = best === undefined || best.code === 'Invalid*' || best.code === 'Missing*';
  if (isVague && speaksOfCaller(code, httpStatus)) return ruleOf(code, 'account', unknownRefusal);
  if (best) return best;
  return httpStatus !== undefined && httpStatus >= 500
    ? ruleOf(code, 'transient', repeated)
    : ruleOf(
        code,
        'fatal',
        'Look the code up in the SMC documentation, or open a ticket with the RequestId.',
      );
}

/** The remedy for an error that no answer of the API has brought, such as the ErrorCode of a job: it has no RequestId. */
export const withoutRequestId = (remedy: string) => remedy.replace(/,? with the RequestId/, '');

const bothRight = 'and the state of the account; if both are right, open a ticket with the RequestId.';
const unknownRefusal = {
  batch: `Check the permissions of the worker's RAM identity ${bothRight}`,
  byHand: `Check the permissions of the RAM identity of these credentials ${bothRight}`,
};

/** Whether a refusal is about the caller. SMC and its gateway use HTTP 401 or 403 for it; some products use 403 for other refusals, too. */
function speaksOfCaller(code: string, httpStatus?: number): boolean {
  if (httpStatus === 401) return true;
  return (
    httpStatus === 403 &&
    !/^(Incorrect|Invalid|Missing|Unsupported|Operation|Resource|Instance|Image|Disk)/.test(code)
  );
}

/**
 * Whether a refusal of class `account` concerns all calls: then one call that succeeds shows that it is over. Other ones, such
 * as a missing permission, are over when the same operation succeeds.
 */
export const isAboutIdentity = (code: string) =>
  /^(Credentials|(Invalid|Missing|Inactive)AccessKey|(Invalid|Missing)(Signature|Authorization)|InvalidContentSha256|AccessKeyDisabled|(Invalid|Missing|Illegal)SecurityToken|SecurityTokenExpired|SignatureDoesNotMatch|IncompleteSignature|UserDisable)/.test(
    code,
  );
