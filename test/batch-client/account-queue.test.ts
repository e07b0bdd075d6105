import { type AtWork, queueCheck, refusalOfQueue } from '../../src/batch-client/queues/account-queue';

const plan = { name: 'dc1', account: { id: 'ours', quota: { jobs: 100, running: 50 } } };
const batch = (what: string, account: string, queue: string): AtWork => ({ what, account, queue });

test.each([
  ['nothing runs', [], undefined],
  ['its account is at work on its queue', [batch("batch 'dc2'", 'ours', 'q1')], undefined],
  ['another account is at work on another queue', [batch("batch 'x'", 'theirs', 'q2')], undefined],
  [
    'another account has its queue',
    [batch("batch 'x'", 'theirs', 'q1')],
    "Task queue 'q1' serves account 'theirs': batch 'x' runs there, with that account's credentials. The plan is for account 'ours': set SMC_TASK_QUEUE to a queue of its own, and start its workers with the same.",
  ],
  [
    'its account has another queue',
    [batch("the quota of account 'ours'", 'ours', 'q2')],
    "Account 'ours' is served by task queue 'q2': the quota of account 'ours' runs there; SMC_TASK_QUEUE is 'q1' here. Set SMC_TASK_QUEUE=q2; or, if it is another account, give the plan its own account.id.",
  ],
])('a batch starts on a queue or is refused where %s', (_, atWork, refusal) => {
  expect(refusalOfQueue(plan, 'q1', atWork)).toBe(refusal);
});

test('doctor tells of accounts that share a queue, and of an account on two queues', () => {
  const ours = batch("batch 'dc1'", 'ours', 'q1');
  expect(queueCheck('q1', [ours]).status).toBe('ok');
  expect(queueCheck('q1', [ours, batch("batch 'x'", 'theirs', 'q1')])).toMatchObject({
    status: 'problem',
    detail: expect.stringContaining("accounts 'ours' and 'theirs'"),
  });
  expect(queueCheck('q1', [ours, batch("batch 'y'", 'ours', 'q2')])).toMatchObject({
    status: 'problem',
    detail: expect.stringContaining('task queue q2'),
  });
});
