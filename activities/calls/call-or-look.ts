import { SmcError } from '../../src/smc';

/** A call whose refusal is not clear by itself. */
export interface DoubtfulCall<Answer, Seen, Result> {
  call: () => Promise<Answer>;
  /** Whether the state of the account may explain the refusal; any other refusal is thrown. */
  mayBeExplained: (refusal: SmcError) => boolean;
  look: () => Promise<Seen>;
  /** Compares the state of the account with the purpose of the call: gives the result when that is reached, throws when not. */
  compare: (seen: Seen, refusal: SmcError) => Result | Promise<Result>;
}

/**
 * Makes a call. When it is refused, it reads the state of the account and compares, before the refusal counts: an earlier
 * attempt with a lost answer, or somebody else, may have done the same.
 */
export async function callOrLook<Answer, Seen, Result>({
  call,
  mayBeExplained,
  look,
  compare,
}: DoubtfulCall<Answer, Seen, Result>): Promise<Answer | Result> {
  let answer: Answer | undefined;
  const refusal = await refusalOf(async () => {
    answer = await call();
  }, mayBeExplained);
  return refusal ? compare(await look(), refusal) : (answer as Answer);
}

/** The refusal of a call, when a later read may explain it; undefined when the call succeeds. Throws any other refusal. */
export async function refusalOf(
  call: () => Promise<unknown>,
  mayBeExplained: (refusal: SmcError) => boolean,
): Promise<SmcError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof SmcError && mayBeExplained(error)) return error;
    throw error;
  }
}

/** Whether a refusal says that the job or the source does not exist: it may be deleted, or not be listed yet. */
export const saysNotFound = ({ code }: SmcError): boolean =>
  code.endsWith('.NotFound') && code !== 'InvalidAction.NotFound';
