import { workerSettings } from '../../src/temporal';

const name = { TEMPORAL_DEPLOYMENT_NAME: 'smc-batch' };
const build = { TEMPORAL_WORKER_BUILD_ID: 'v0.2.0' };

test('a worker has a version where Temporal’s variables give it one', () => {
  expect(workerSettings({ ...name, ...build }).deployment).toEqual({
    deploymentName: 'smc-batch',
    buildId: 'v0.2.0',
  });
  expect(workerSettings({}).deployment).toBeUndefined();
});

test.each([
  ['TEMPORAL_WORKER_BUILD_ID is not', name],
  ['TEMPORAL_DEPLOYMENT_NAME is not', build],
])('half a version is refused: %s set', (missing, env) => {
  expect(() => workerSettings(env)).toThrow(missing);
});
