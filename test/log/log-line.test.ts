import { logLine } from '../../src/log';
import { isPrintable } from '../../src/text';

const entry = { at: 0, level: 'INFO', message: 'SMC has accepted a call' };

test('a line of text tells the batch, the server, the operation, the job, the code and the request', () => {
  const fields = {
    batch: 'dc1',
    server: 'web-01',
    operation: 'StartReplicationJob',
    job: 'j-1',
    code: 'OK',
    requestId: 'A-1',
  };
  expect(logLine({ ...entry, fields }, 'text')).toBe(
    '1970-01-01T00:00:00.000Z INFO SMC has accepted a call batch=dc1 server=web-01 operation=StartReplicationJob job=j-1 code=OK requestId=A-1',
  );
});

test('a line of JSON has every field, and the batch and server of the workflow that wrote it', () => {
  const fields = { workflowId: 'smc-server:dc1/web-01', attempt: 2, big: 12n, error: new Error('broken') };
  const line = JSON.parse(logLine({ ...entry, fields }, 'json'));
  expect(line).toMatchObject({
    time: '1970-01-01T00:00:00.000Z',
    level: 'info',
    message: 'SMC has accepted a call',
    batch: 'dc1',
    server: 'web-01',
    attempt: 2,
    big: '12',
    error: 'broken',
  });
});

test.each(['text', 'json'] as const)(
  'in %s texts of others stay in their line and steer no terminal',
  (format) => {
    const fields = {
      batch: 'dc1\n2030-01-01 ERROR forged',
      message: 'forged',
      error: new Error('\u001b[2Jgone\u202e'),
    };
    const line = logLine({ ...entry, message: 'a\r\nb', fields }, format);
    expect(isPrintable(line)).toBe(true);
    expect(line).toContain('a b');
  },
);

test.each(['text', 'json'] as const)('a line of %s is bounded', (format) => {
  const line = logLine({ ...entry, fields: { code: 'x'.repeat(1_000_000) } }, format);
  expect(line.length).toBeLessThan(20_000);
  if (format === 'json') expect(() => JSON.parse(line)).not.toThrow();
});
