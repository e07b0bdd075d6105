import { type Operation, operations, SmcError } from '../../src/smc';
import { type Account, anAccount, closeAll } from './an-account';
import { requestCases } from './request-cases';

afterEach(closeAll);

const methodOf = (account: Account, operation: Operation) => {
  const name = (operation.charAt(0).toLowerCase() + operation.slice(1)) as Uncapitalize<Operation>;
  return account.smc[name] as (request: object) => Promise<unknown>;
};

/** A job that the operation takes. */
async function jobFor(account: Account, operation: Operation): Promise<string> {
  if (operation === 'StopReplicationJob') return account.sync();
  return operation === 'CutOverReplicationJob' ? account.wait() : account.create();
}

const placed = async (account: Account, operation: Operation, request: Record<string, unknown>) =>
  request.jobId === 'JOB' ? { ...request, jobId: await jobFor(account, operation) } : request;

describe.each(requestCases)('$operation with $says is $expected', ({ operation, request, expected }) => {
  test('by the service', async () => {
    const account = await anAccount();
    const { Code } = await account.raw(operation, await placed(account, operation, request));
    expect(Code ?? 'accepted').toBe(expected);
  });

  test('by the client', async () => {
    const account = await anAccount();
    const whole = await placed(account, operation, request);
    const callsBefore = account.account.audit().calls.total;
    const answer = await methodOf(account, operation)(whole).catch((error: SmcError) => error);
    const refused = answer instanceof SmcError ? answer.code : 'accepted';
    expect(refused).toBe(expected === 'accepted' ? 'accepted' : 'InvalidParameter');
    // What breaks a rule is not sent at all.
    expect(account.account.audit().calls.total - callsBefore).toBe(expected === 'accepted' ? 1 : 0);
  });
});

test('every operation has cases that are accepted and cases that are refused', () => {
  for (const operation of Object.keys(operations)) {
    const own = requestCases.filter((one) => one.operation === operation);
    expect([operation, own.some((one) => one.expected === 'accepted')]).toEqual([operation, true]);
    expect([operation, own.some((one) => one.expected !== 'accepted')]).toEqual([operation, true]);
  }
});
