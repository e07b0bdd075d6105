import { temporalSentence } from '../../src/batch-client/session';
import { grpcStatus } from '../../src/temporal';

const where = { address: '10.0.0.7:7233', namespace: 'moves' };
const said = (code: number) => temporalSentence(where, { code, details: 'what was said', message: '' });

test.each([
  [
    'a server that has gone has refused nothing',
    grpcStatus.UNAVAILABLE,
    /^Temporal at 10\.0\.0\.7:7233 has stopped answering: what was said\. Check that it runs/,
  ],
  [
    'a late answer is no refusal',
    grpcStatus.DEADLINE_EXCEEDED,
    /^Temporal at 10\.0\.0\.7:7233 did not answer in time/,
  ],
  [
    'another program is no Temporal',
    grpcStatus.UNIMPLEMENTED,
    /^What answers at 10\.0\.0\.7:7233 is not a Temporal server/,
  ],
  [
    'a refusal names the namespace',
    grpcStatus.PERMISSION_DENIED,
    /^Temporal at 10\.0\.0\.7:7233 \(namespace moves\) refused the call: what was said\. Check/,
  ],
])('of Temporal, %s', (_, code, sentence) => {
  expect(said(code)).toMatch(sentence);
  if (code !== grpcStatus.PERMISSION_DENIED) expect(said(code)).not.toContain('refuse');
});
