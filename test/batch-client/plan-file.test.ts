import { applyAgain, withPlanFile } from '../../src/batch-client/plan-file';

const handle = (memo: object) => ({ describe: async () => ({ memo }) as never });

test('after the end of a batch the command names the file of its plan, so that it can be pasted', async () => {
  const orders = ['smc-batch apply PLAN'];
  expect(await withPlanFile(orders, handle({ planFile: 'plans/dc1 exit.yaml' }))).toEqual([
    "smc-batch apply 'plans/dc1 exit.yaml'",
  ]);
  expect(await withPlanFile(orders, handle({}))).toEqual(orders);
});

test('other commands are left as they are, and nothing is read for them', async () => {
  const describe = jest.fn();
  const orders = ['smc-batch retry dc1', 'smc-batch resume dc1'];
  expect(await withPlanFile(orders, { describe })).toBe(orders);
  expect(await withPlanFile(undefined, { describe })).toBeUndefined();
  expect(describe).not.toHaveBeenCalled();
});

test('a batch that a program has started has no file', () => {
  expect(applyAgain({})).toBe('smc-batch apply PLAN');
});
