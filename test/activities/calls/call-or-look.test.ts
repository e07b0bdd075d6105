import { callOrLook, refusalOf, saysNotFound } from '../../../activities/calls/call-or-look';
import { SmcError } from '../../../src/smc';

const refusal = new SmcError({ code: 'ReplicationJob.InvalidStatus', message: 'said so' });
const refuse = async () => {
  throw refusal;
};

function aCall(call: () => Promise<string>, mayBeExplained = true) {
  const looks: string[] = [];
  const result = callOrLook({
    call,
    mayBeExplained: () => mayBeExplained,
    look: async () => {
      looks.push('looked');
      return 'Running';
    },
    compare: (seen, { code }) => {
      if (seen !== 'Running') throw refusal;
      return `${seen} in spite of ${code}`;
    },
  });
  return { result, looks };
}

test('a call that is taken needs no look', async () => {
  const { result, looks } = aCall(async () => 'taken');
  expect([await result, looks]).toEqual(['taken', []]);
});

test('a refused call is compared with what is there now', async () => {
  const { result, looks } = aCall(refuse);
  expect([await result, looks]).toEqual(['Running in spite of ReplicationJob.InvalidStatus', ['looked']]);
});

test('a refusal that nothing there may explain, or an error of our own, is thrown without a look', async () => {
  const bug = new TypeError('not so');
  const { result, looks } = aCall(refuse, false);
  await expect(result).rejects.toBe(refusal);
  await expect(
    refusalOf(
      () => Promise.reject(bug),
      () => true,
    ),
  ).rejects.toBe(bug);
  expect(looks).toEqual([]);
});

test.each([
  ['InvalidJobId.NotFound', true],
  ['SourceServer.NotFound', true],
  ['InvalidAction.NotFound', false],
  ['ReplicationJob.InvalidStatus', false],
])('%s says that the thing is not there: %s', (code, expected) => {
  expect(saysNotFound(new SmcError({ code, message: '' }))).toBe(expected);
});
