import { ServiceError } from '@temporalio/client';
import { afterEnd, whileItsRunEnds } from '../../src/batch-client/send-order';

const refused = (code: number, message: string) =>
  new ServiceError('Workflow Update failed', {
    cause: Object.assign(new Error(`${code}: ${message}`), { code, details: message, metadata: {} }),
  });
const atTheEnd = refused(
  9,
  'Unable to perform workflow execution update due to unexpected workflow task failure.',
);

test('an order that meets the end of a run of its batch is given to the next run', async () => {
  const answers = [atTheEnd, atTheEnd, 'done'];
  const order = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  expect(await whileItsRunEnds(order)).toBe('done');
});

test.each([
  ['another refusal of Temporal', refused(9, 'workflow execution already completed')],
  ['no connection', refused(14, 'connect ECONNREFUSED')],
  ['an error of our own', new Error('no')],
])('%s is told at once', async (_, error) => {
  const order = jest.fn(async () => {
    throw error;
  });
  await expect(whileItsRunEnds(order)).rejects.toBe(error);
  expect(order).toHaveBeenCalledTimes(1);
});

test.each([
  [{ migrated: 4 }, ', all its 4 servers migrated: nothing is left to do.'],
  [{ migrated: 1 }, ', its one server migrated: nothing is left to do.'],
  [{ migrated: 3, failed: 1 }, '. Apply its plan file again, what is done is skipped: smc-batch apply PLAN'],
  [undefined, '. Apply its plan file again, what is done is skipped: smc-batch apply PLAN'],
])('a batch that has ended says whether anything is left to do: %#', (counts, said) => {
  expect(afterEnd({ counts })).toBe(said);
});
