import { failureText } from '../../src/text';

const error = { code: 'Forbidden.RAM', message: 'User not authorized.', remedy: 'Grant it.' };

test.each([
  [error, 'Forbidden.RAM: User not authorized. Grant it.'],
  [
    { ...error, action: 'StartReplicationJob', requestId: 'A-1' },
    'Forbidden.RAM: User not authorized (StartReplicationJob, RequestId A-1). Grant it.',
  ],
  [
    { ...error, message: 'Forbidden.RAM: no (Stop, RequestId A-1)', requestId: 'A-1', remedy: undefined },
    'Forbidden.RAM: no (Stop, RequestId A-1).',
  ],
])('an error of the API is one line with code, message, RequestId and remedy: %j', (given, line) => {
  expect(failureText(given)).toBe(line);
});
