import { createInterface } from 'node:readline/promises';
import { printable, wrapped } from '../text';
import { CommandFailure, exitCodes } from './failure';
import { columnsOf } from './output';

/**
 * Asks before something is changed. `--yes` skips the question, and is required where nobody can be asked. Throws a
 * {@link CommandFailure} unless the answer is yes; Ctrl-C and Ctrl-D are a no.
 */
export async function confirm(
  question: string,
  yes: boolean,
  stdin: NodeJS.ReadStream = process.stdin,
): Promise<void> {
  if (yes) return;
  if (!stdin.isTTY) {
    throw new CommandFailure(`${question} There is no terminal to ask on: say --yes.`, exitCodes.usage);
  }
  const terminal = createInterface({ input: stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D close the input; the question would stay open for ever.
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  try {
    const asked = wrapped(
      `${printable(question)} [y/N]`,
      columnsOf(process.stderr) ?? Number.POSITIVE_INFINITY,
    );
    const answer = await terminal.question(`${asked.join('\n')} `, { signal: closed.signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw nothingChanged();
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    throw nothingChanged();
  } finally {
    terminal.close();
  }
}

const nothingChanged = () => new CommandFailure('Nothing was changed.', exitCodes.cancelled);
