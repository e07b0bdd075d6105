import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SmcError, type SmcErrorClass, smcErrorRule, smcErrorRules } from '../../src/smc';
import { failureLine } from '../../src/text';

const classes: Record<SmcErrorClass, string[]> = {
  throttled: ['Throttling', 'Throttling.User', 'Throttling.Api'],
  transient: [
    'InternalError',
    'InternalServerError',
    'InvalidTimeStamp.Expired',
    'NetworkError',
    'ServiceUnavailable',
    'SignatureNonceUsed',
    'UnreadableAnswer',
  ],
  quota: ['QuotaExceeded.Vpc', 'QuotaExceeded.ReplicationJob', 'QuotaExceeded.RunningJob', 'QuotaExceeded'],
  state: [
    'IdempotentParameterMismatch',
    'ReplicationJob.InvalidBusinessStatus',
    'ReplicationJob.InvalidStatus',
    'ReplicationJob.Related',
    'ReplicationJobName.Duplicate',
    'SourceServer.WithRunningReplicationJob',
    'SourceServerState.Invalid',
  ],
  account: [
    'AccessDenied',
    'Account.Arrearage',
    'ActionUnauthorized',
    'CredentialsMissing',
    'CredentialsUnavailable',
    'EntityNotExist.Role',
    'Forbidden',
    'Forbidden.RAM',
    'Forbidden.RiskControl',
    'Forbidden.Unauthorized',
    'Forbidden.UserVerification',
    'InactiveAccessKey',
    'IncompleteSignature',
    'InsufficientBalance',
    'InvalidAccessKeyId',
    'InvalidAccessKeyId.Inactive',
    'InvalidAccessKeyId.NotFound',
    'InvalidAccessKeySecret',
    'InvalidAccountStatus.NotEnoughBalance',
    'InvalidAccountStatus.SnapshotServiceUnavailable',
    'InvalidSecurityToken.Expired',
    'InvalidSecurityToken.Malformed',
    'InvalidSecurityToken.MismatchWithAccessKey',
    'MissingSecurityToken',
    'NoPermission',
    'NotAuthorized',
    'RealNameAuthenticationError',
    'SecurityTokenExpired',
    'SignatureDoesNotMatch',
    'UserDisable',
  ],
  fatal: [
    'Forbidden.InstanceNotFound',
    'DataDisk.DuplicateIndex',
    'Duplicate.ResourceId',
    'ImageName.UsedByReplicationJob',
    'InvalidAction.NotFound',
    'InvalidImageName.Duplicated',
    'InvalidParameter',
    'InvalidParameter.TagValue',
    'InvalidResourceId.NotFound',
    'InvalidResourceType.NotFound',
    'InvalidSecurityGroupId.IncorrectNetworkType',
    'InvalidSecurityGroupId.VPCMismatch',
    'InvalidTimeStamp.Format',
    'MissingParameter',
    'MissingParameter.ResourceType',
    'MissingRegionId',
    'NumberExceed.ResourceIds',
    'NumberExceed.Tags',
    'ReplicationJobDataDiskIndex.Invalid',
    'S1',
    'SourceServer.Offline',
    'SourceServerName.Duplicate',
    'VSwitchIdVpcId.Mismatch',
  ],
};
const rows = Object.entries(classes).flatMap(([name, codes]) => codes.map((code) => [code, name] as const));

describe('a code of the API', () => {
  it.each(rows)('%s is %s, and has a remedy', (code, expected) => {
    // The HTTP status must not matter to a code we know.
    for (const httpStatus of [undefined, 400, 500]) {
      const error = new SmcError({ code, message: 'said', httpStatus });
      expect(error.class).toBe(expected);
      expect(error.remedy).toMatch(/^[A-Z].{10,}\.$/);
      expect(error.remedy).not.toMatch(/Look the code up/);
    }
  });

  it("that we do not know is the account's when its status is about who calls", () => {
    expect(smcErrorRule('Brand.New', 401).class).toBe('account');
    expect(smcErrorRule('Brand.New', 403).class).toBe('account');
    expect(smcErrorRule('InvalidBrandNew', 401).class).toBe('account');
    // Products refuse one of many things with 403, too.
    expect(smcErrorRule('OperationDenied.NoStock', 403).class).toBe('fatal');
    expect(smcErrorRule('InvalidInstanceType.NotSupported', 403).class).toBe('fatal');
    expect(smcErrorRule('Brand.New', 403).remedy).toMatch(/permissions/);
  });

  it('that we do not know is judged by the HTTP status alone', () => {
    expect(smcErrorRule('Brand.New', 503).class).toBe('transient');
    expect(smcErrorRule('Brand.New', 400).class).toBe('fatal');
    expect(smcErrorRule('Brand.New').class).toBe('fatal');
  });

  it.each([...smcErrorRules.map(({ code }) => code), 'Brand.New'])(
    'sends nobody to a RequestId that there is not: %s',
    (code) => {
      const job = new SmcError({ code, message: '' });
      for (const remedy of [job.remedy, job.remedyByHand]) expect(remedy).not.toMatch(/RequestId|[ ,]\./);
      const answer = new SmcError({ code, message: '', requestId: 'R-1' });
      expect(answer.remedy).toBe(smcErrorRule(code).remedy);
    },
  );

  it.each([...smcErrorRules, smcErrorRule('Brand.New', 403), smcErrorRule('Brand.New', 503)])(
    '$code speaks of no worker, repeat or batch to who has run a command',
    ({ remedyByHand }) => {
      expect(remedyByHand).toMatch(/^[A-Z].{10,}\.$/);
      expect(remedyByHand).not.toMatch(/worker|is repeated|is asked again|^Nothing|slot|retry the server\.$/);
    },
  );

  it('is in the table once', () => {
    const codes = smcErrorRules.map((rule) => rule.code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('is explained in docs/smc-errors.md', () => {
    const page = readFileSync(join(__dirname, '../../docs/smc-errors.md'), 'utf8');
    const explained = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    for (const rule of smcErrorRules) {
      expect(explained).toContainEqual([
        '',
        `\`${rule.code}\``,
        rule.class,
        expect.any(String),
        rule.remedy,
        '',
      ]);
    }
  });
});

it('an error says code, message, operation and RequestId in one line', () => {
  const facts = {
    code: 'Throttling',
    message: ' too\n fast ',
    action: 'StartReplicationJob',
    requestId: 'R-1',
  };
  expect(failureLine(facts)).toBe('Throttling: too fast (StartReplicationJob, RequestId R-1)');
  expect(new SmcError(facts).message).toBe(failureLine(facts));
  expect(failureLine({ code: 'A', message: 'b' })).toBe('A: b');
});

it('a remedy for this very failure goes before the one of its code', () => {
  expect(new SmcError({ code: 'Throttling', message: '', remedy: 'Wait.' }).remedy).toBe('Wait.');
});
