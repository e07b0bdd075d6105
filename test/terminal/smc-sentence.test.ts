import { SmcError, type SmcErrorFacts } from '../../src/smc/errors';
import { smcSentence } from '../../src/terminal/smc-session';

const endpoint = 'https://smc.aliyuncs.com';
const said = (facts: Partial<SmcErrorFacts> & { code: string }) =>
  smcSentence(
    new SmcError({ message: 'what was said', action: 'DescribeSourceServers', ...facts }),
    endpoint,
  );

test.each([
  [
    'no answer is no refusal',
    { code: 'NetworkError' },
    /^The SMC API did not answer\. NetworkError: .* Check, in this order: SMC_ENDPOINT/,
  ],
  [
    'a page of somebody else is no refusal',
    { code: 'UnreadableAnswer', httpStatus: 502 },
    /^What answers at https:\/\/smc\.aliyuncs\.com is not the SMC API\./,
  ],
  [
    'missing credentials are no refusal',
    { code: 'CredentialsMissing' },
    /^No Alibaba Cloud credentials were found\. Set /,
  ],
  [
    'unreadable credentials are no refusal',
    { code: 'CredentialsUnavailable' },
    /^The Alibaba Cloud credentials could not be read\./,
  ],
  ['what was not sent is no refusal', { code: 'InvalidParameter' }, /^InvalidParameter: /],
  [
    'an answer of the service is one',
    { code: 'Forbidden.RAM', httpStatus: 403, requestId: 'R-1' },
    /^The SMC API refused the call\. Forbidden\.RAM: .*RequestId R-1.*Grant the RAM identity of these credentials/,
  ],
] as const)('at a terminal %s', (_, facts, sentence) => {
  expect(said(facts)).toMatch(sentence);
  expect(said(facts)).not.toMatch(/worker|repeated/);
});
