import { SmcError, smcErrorRule } from '../../src/smc';
import { anAccount, closeAll } from './an-account';
import { errorCodes, shownCodes } from './error-codes';

afterEach(closeAll);

test.each(errorCodes)('$code comes as $class, HTTP $httpStatus, with a remedy', async (expected) => {
  const account = await anAccount(expected.account);
  const { provoke } = expected;
  let refusal: { code?: string; httpStatus?: number };
  if (provoke) {
    const answer = await provoke(account).catch((thrown: unknown) => thrown);
    const { Code, httpStatus } = answer as { Code?: string; httpStatus?: number };
    refusal = answer instanceof SmcError ? answer.facts : { code: Code, httpStatus };
  } else {
    account.account.setFaults({
      calls: [{ operation: '*', afterEffect: false, error: { code: expected.code, message: 'injected' } }],
      jobs: [],
      sources: [],
      foreignJobs: [],
    });
    const error: SmcError = await account.smc.describeSourceServers({}).catch((thrown) => thrown);
    expect(error.class).toBe(expected.class);
    refusal = error.facts;
  }
  expect([refusal.code, refusal.httpStatus]).toEqual([expected.code, expected.httpStatus]);
  const rule = smcErrorRule(expected.code, expected.httpStatus);
  expect(rule.class).toBe(expected.class);
  expect(rule.remedy).toMatch(/^[A-Z].{10,}\.$/);
  expect(rule.remedy).not.toMatch(/Look the code up/);
});

test.each(shownCodes)('%s, shown on a source or a job, has a remedy', (code) => {
  expect(smcErrorRule(code).remedy).not.toMatch(/Look the code up/);
});
