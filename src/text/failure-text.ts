import { plainLine } from './plain-text';

/** An error of the API, or of the way to it, as views and workflows have it. */
interface Failure {
  code: string;
  message: string;
  action?: string;
  requestId?: string;
}

/**
 * The error in one line: `Code: message (CreateReplicationJob, RequestId …)`. A message that names its code, or its
 * RequestId, already is not given a second one.
 */
export function failureLine({ code, message, action, requestId }: Failure): string {
  const said = message.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
  const named = said.startsWith(code) ? said : `${code}: ${said}`;
  const facts = [action, requestId && `RequestId ${requestId}`].filter(Boolean).join(', ');
  return facts && !(requestId && said.includes(requestId)) ? `${named} (${facts})` : named;
}

/** The same with what to do about it: `Code: message (…). Remedy`. */
export const failureText = (error: Failure & { remedy?: string }): string =>
  `${failureLine(error)}.${error.remedy ? ` ${error.remedy}` : ''}`;

/** For the top of every view: what the account refuses, since when, and what to do. Undefined while it refuses nothing. */
export function accountTroubleLine(
  trouble: { error: Failure & { remedy?: string }; since: string } | undefined,
): string | undefined {
  if (!trouble) return undefined;
  const { error, since } = trouble;
  return plainLine(
    `the account refuses calls since ${since}; no server fails for it, and the batch goes on by itself: ${failureText(error)}`,
  );
}
