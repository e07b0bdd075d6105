import type { AccountTrouble } from '../../workflows/contract/views';
import { failureText, plainLine } from '../text';

/** For the top of every view: what the account refuses, since when, and what to do. Undefined while it refuses nothing. */
export function accountTroubleLine(trouble: AccountTrouble | undefined): string | undefined {
  if (!trouble) return undefined;
  const { error, since } = trouble;
  return plainLine(
    `the account refuses calls since ${since}; no server fails for it, and the batch goes on by itself: ${failureText(error)}`,
  );
}
