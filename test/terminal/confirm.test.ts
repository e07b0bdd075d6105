import { confirm } from '../../src/terminal/confirm';
import { captured } from '../plan/captured';
import { aKeyboard } from './a-terminal';

/** Asks, and types that once the question is there. */
async function asked(answer: (keyboard: ReturnType<typeof aKeyboard>) => void) {
  const keyboard = aKeyboard();
  const run = await captured(async () => {
    const answered = confirm('Start it?', false, keyboard.stream);
    answer(keyboard);
    await answered;
  });
  return { ...run, failure: run.failure as { exitCode: number; message: string } | undefined };
}

test.each(['y\n', 'Y\n', 'yes\n'])('%j is a yes', async (typed) => {
  const { failure, stdout, stderr } = await asked((keyboard) => keyboard.type(typed));
  expect(failure).toBeUndefined();
  // The question belongs to people: stdout may belong to a machine.
  expect(stdout).toBe('');
  expect(stderr).toContain('Start it? [y/N]');
});

test.each(['n\n', '\n', 'yess\n'])(
  '%j is a no: nothing is changed, and the exit code is 4',
  async (typed) => {
    const { failure } = await asked((keyboard) => keyboard.type(typed));
    expect(failure).toMatchObject({ exitCode: 4, message: 'Nothing was changed.' });
  },
);

test('input that ends, as Ctrl-C and Ctrl-D end it, is a no', async () => {
  const { failure } = await asked((keyboard) => keyboard.stream.push(null));
  expect(failure).toMatchObject({ exitCode: 4, message: 'Nothing was changed.' });
});

test('--yes skips the question; without a terminal it is required', async () => {
  const keyboard = aKeyboard();
  await confirm('Start it?', true, keyboard.stream);
  Object.assign(keyboard.stream, { isTTY: false });
  const { failure, stderr } = await captured(() => confirm('Start it?', false, keyboard.stream));
  expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('--yes') });
  expect(stderr).toBe('');
});
