import type { WorkersOfQueue } from '../../src/batch-client/queues/workers-of-queue';
import { newWorkCheck } from '../../src/doctor/workers';

const [v1, v2] = ['v1', 'v2'].map((buildId) => ({ deploymentName: 'smc-batch', buildId })) as [
  WorkersOfQueue['current'][number],
  WorkersOfQueue['current'][number],
];
const unversioned = { hasUnversioned: true, versions: [], current: [] };
const makeCurrent = (version: string) =>
  `temporal worker deployment set-current-version --deployment-name smc-batch ${version}`;

test.each<[string, WorkersOfQueue, string, string | undefined]>([
  ['no worker', { ...unversioned, hasUnversioned: false }, 'warning', 'smc-batch worker'],
  ['workers without versions', unversioned, 'ok', undefined],
  ['a version that is current', { hasUnversioned: false, versions: [v1], current: [v1] }, 'ok', undefined],
  [
    'an older version beside the current one',
    { hasUnversioned: false, versions: [v1, v2], current: [v2] },
    'ok',
    undefined,
  ],
  [
    'a version that is ramped up beside the current one',
    { hasUnversioned: false, versions: [v2], current: [v1, v2] },
    'ok',
    undefined,
  ],
  [
    'a version before it is current, beside workers without versions',
    { hasUnversioned: true, versions: [v1], current: [] },
    'ok',
    undefined,
  ],
  [
    'a version, and none is current',
    { hasUnversioned: false, versions: [v1], current: [] },
    'problem',
    makeCurrent('--build-id v1'),
  ],
  [
    'the old version alone, when the new one is current',
    { hasUnversioned: false, versions: [v1], current: [v2] },
    'problem',
    makeCurrent('--build-id v1'),
  ],
  [
    'workers without versions, when a version is current',
    { ...unversioned, current: [v1] },
    'problem',
    makeCurrent('--unversioned'),
  ],
])('%s: doctor tells whether what begins is taken', (_, workers, status, remedy) => {
  const check = newWorkCheck(workers, 'smc-batch');
  expect(check.status).toBe(status);
  if (remedy) expect(check.remedy).toContain(remedy);
  else expect(check.remedy).toBeUndefined();
});
