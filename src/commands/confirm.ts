import { createInterface } from 'node:readline/promises';
import { CommandFailure, exitCodes } from './failure';

/**
 * Asks before something is changed. `--yes` skips the question, and is required where nobody can be asked. Throws a
 * {@link CommandFailure} unless the answer is yes.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new CommandFailure(`${question} There is no terminal to ask on: say --yes.`, exitCodes.usage);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim()))
      throw new CommandFailure('Nothing was changed.', exitCodes.cancelled);
  } finally {
    terminal.close();
  }
}
