import { type JobToRemove, type NextStep, nextStep } from '../../src/ledger';

const statuses = ['Ready', 'Stopped', 'InError', 'Waiting', 'Expired'] as const;
const asked = (more: Partial<JobToRemove>): JobToRemove => ({ goal: 'gone', ...more });
const failed = (more: object = {}) => ({ failed: { byRefusal: false, keepsJob: false, ...more } });

test.each<[string, Partial<JobToRemove>, NextStep['step']]>([
  ['that may run, as nobody has looked, is stopped', {}, 'stop'],
  ['that syncs is stopped', { status: 'Running', businessStatus: 'Syncing' }, 'stop'],
  [
    'that runs and cannot be stopped is waited for',
    { status: 'Running', businessStatus: 'Cleaning' },
    'wait',
  ],
  ['that runs and says no more is waited for', { status: 'Running' }, 'wait'],
  ['that is being deleted is waited for', { status: 'Deleting' }, 'wait'],
  ['that has gone needs nothing', { status: 'Gone' }, 'nothing'],
  [
    'that has finished is waited for until its image is listed',
    { status: 'Finished', awaitsImage: true },
    'wait',
  ],
  ['that has finished has its source tagged first', { status: 'Finished' }, 'tag'],
  ['that has finished goes once its source is tagged', { status: 'Finished', ledger: 'written' }, 'delete'],
  ...statuses.map((status): [string, Partial<JobToRemove>, NextStep['step']] => [
    `in ${status} is deleted`,
    { status },
    'delete',
  ]),
])('a job %s', (_, job, step) => {
  expect(nextStep(asked(job))).toEqual({ step });
});

test.each<[string, Partial<JobToRemove>, string]>([
  ['that is the only proof of a migration', { status: 'Finished', ledger: 'refused' }, 'ledgerNotWritten'],
  ['that cannot be seen', { status: 'NotSeen' }, 'notSeen'],
  ['in a status that this version does not know', { status: 'Hibernating' }, 'unknownStatus'],
  [
    'of a failed server whose plan keeps it',
    { status: 'InError', ...failed({ keepsJob: true }) },
    'keptByPolicy',
  ],
  [
    'that was never started, and whose plan keeps it',
    { status: 'Ready', ...failed({ keepsJob: true }) },
    'keptByPolicy',
  ],
  [
    'with work in it, whose call was refused',
    { status: 'Stopped', ...failed({ byRefusal: true }) },
    'refused',
  ],
  [
    'that is synced, whose cut-over was refused',
    { status: 'Waiting', ...failed({ byRefusal: true }) },
    'refused',
  ],
])('a job %s is kept', (_, job, why) => {
  expect(nextStep(asked(job))).toEqual({ step: 'keep', why });
});

test.each(['Ready', 'Expired'])(
  'a refusal keeps no job without work in it: one in %s is deleted',
  (status) => {
    expect(nextStep(asked({ status, ...failed({ byRefusal: true }) }))).toEqual({ step: 'delete' });
  },
);

test('a server that has failed, or was cancelled, has migrated when its job is Finished', () => {
  expect(nextStep(asked({ status: 'Finished', ...failed({ keepsJob: true }) }))).toEqual({ step: 'tag' });
});

test.each([...statuses, 'Finished', 'Deleting', 'Gone'])(
  'who only wants a job not to run is done with one in %s',
  (status) => {
    expect(nextStep({ status, goal: 'notRunning' })).toEqual({ step: 'nothing' });
  },
);
