import { logSettings, metricsAddress } from '../../src/temporal/settings';

test.each([
  ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['localhost:80', { host: 'localhost', port: 80 }],
])('SMC_METRICS_ADDRESS %s is an address to listen on', (text, address) => {
  expect(metricsAddress({ SMC_METRICS_ADDRESS: text })).toEqual(address);
});

test('without SMC_METRICS_ADDRESS nothing is served', () => {
  expect(metricsAddress({})).toBeUndefined();
  expect(metricsAddress({ SMC_METRICS_ADDRESS: '' })).toBeUndefined();
});

test.each(['9464', ':9464', 'http://127.0.0.1:9464', '127.0.0.1:99999', '127.0.0.1'])(
  'SMC_METRICS_ADDRESS %s is refused by name',
  (text) => {
    expect(() => metricsAddress({ SMC_METRICS_ADDRESS: text })).toThrow(
      /SMC_METRICS_ADDRESS is .* like 127\.0\.0\.1:9464/,
    );
  },
);

test('the log has a level and a format, and refuses others by name', () => {
  expect(logSettings('info', {})).toEqual({ level: 'info', format: 'text' });
  expect(logSettings('warn', { SMC_LOG_FORMAT: 'json' })).toEqual({ level: 'warn', format: 'json' });
  expect(logSettings('info', { SMC_LOG_LEVEL: 'DEBUG' }).level).toBe('debug');
  expect(() => logSettings('info', { SMC_LOG_LEVEL: 'loud' })).toThrow(
    "SMC_LOG_LEVEL is 'loud': it must be debug, info, warn or error.",
  );
  expect(() => logSettings('info', { SMC_LOG_FORMAT: 'xml' })).toThrow(
    /SMC_LOG_FORMAT is 'xml': it must be text or json\./,
  );
});
