import { SmcError } from '../../src/smc';

/** A call whose refusal says little by itself. */
export interface DoubtfulCall<Answer, Seen, Result> {
  call: () => Promise<Answer>;
  /** Whether what is there now may explain the refusal: any other one is thrown as it is. */
  mayBeExplained: (refusal: SmcError) => boolean;
  look: () => Promise<Seen>;
  /** Compares what is there now with what the call was for: gives the result where that is so, throws where it is not. */
  compare: (seen: Seen, refusal: SmcError) => Result | Promise<Result>;
}

/**
 * Makes a call; where it is refused, looks at what it was about and compares before the refusal counts. An earlier
 * attempt, whose answer was lost, may have done it, and so may somebody else.
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

/** The refusal of a call that the caller's next look may explain; undefined where the call was taken. Throws any other one. */
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

/** The refusal says that the job or the source is not there: it may have gone, or not be listed yet. */
export const saysNotFound = ({ code }: SmcError): boolean =>
  code.endsWith('.NotFound') && code !== 'InvalidAction.NotFound';
