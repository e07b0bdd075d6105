const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' },
    ],
    // These have ES modules only.
    '/node_modules/(d3-[^/]+|internmap|tinyqueue)/.+\\.m?js$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } }, module: { type: 'commonjs' } },
    ],
  },
  // An action is loaded by `import()`, which in the compiled package wants the file's own extension.
  moduleNameMapper: { '^(\\.{1,2}/(?:\\.\\./)*actions/.+)\\.js$': '$1' },
  transformIgnorePatterns: ['/node_modules/(?!(d3-|internmap|tinyqueue))'],
};

/** @type {import('jest').Config} */
module.exports = {
  testTimeout: 180_000,
  // Most of the time a test waits: more of them than cores.
  maxWorkers: 5,
  testSequencer: '<rootDir>/test/temporal-first.cjs',
  projects: [
    // Milliseconds: one process, no Temporal.
    { ...common, displayName: 'fast', testMatch: ['<rootDir>/test/!(e2e|faults)/**/*.test.ts'] },
    // Seconds and minutes: a real Temporal server, real workers, the simulator over HTTP.
    {
      ...common,
      displayName: 'temporal',
      testMatch: ['<rootDir>/test/{e2e,faults}/**/*.test.ts'],
      globalSetup: '<rootDir>/test/e2e/house/start-temporal.ts',
      globalTeardown: '<rootDir>/test/e2e/house/stop-temporal.ts',
    },
  ],
};
