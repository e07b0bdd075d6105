import type { SignedCall } from './sign-call';

/** Whether the service has refused the signature of a request. */
export const isSignatureRefusal = (code: string) =>
  code.startsWith('SignatureDoesNotMatch') || code.startsWith('IncompleteSignature');

/**
 * Compares the string that the service signed with ours. The message does not contain the strings: they contain the security
 * token. Undefined when the service does not tell what it signed.
 */
export function explainSignatureRefusal(
  said: string,
  ours: SignedCall['signed'],
  clean: (text: string) => string,
): { message: string; remedy: string } | undefined {
  const [before = '', rest] = said.split(/server string to sign is:/i);
  if (rest === undefined) return undefined;
  const start = clean(before)
    .trim()
    .replace(/[.,:;]?$/, '.');
  // Some gateways write a line break as two characters.
  const theirs = rest.trim().replaceAll('\\n', '\n');
  const compared = ours.kind === 'v3' ? compareV3(theirs, ours) : compare1(theirs, ours.stringToSign);
  if (compared === 'same') {
    return {
      message: `${start} The service signed the same string, so the AccessKey secret is wrong`,
      remedy:
        'The AccessKey secret is wrong: check ALIBABA_CLOUD_ACCESS_KEY_SECRET, without quotes or blanks.',
    };
  }
  return {
    message: `${start} The service signed another string than we did${compared}: something between changed the request`,
    remedy:
      'Something on the way to SMC_ENDPOINT changes the request (a proxy, a gateway): go around it, or have it pass requests on as they are.',
  };
}

/** `same`, or the difference between two strings of Signature 1.0: names of parameters, never their values. */
function compare1(theirs: string, ours: string): string {
  if (theirs.startsWith(ours) && /^["'.]*$/.test(theirs.slice(ours.length))) return 'same';
  const [theirMethod = '', , theirQuery = ''] = theirs.split('&');
  const [ourMethod = '', , ourQuery = ''] = ours.split('&');
  if (isOtherMethod(theirMethod, ourMethod)) return ` (method ${theirMethod}, sent as ${ourMethod})`;
  const nameOf = (pair: string) => pair.split('%3D')[0] ?? '';
  return named(oddOnes(theirQuery.split('%26'), ourQuery.split('%26')).map(nameOf));
}

/** The same of V3, whose string to sign is a hash: the difference is in the canonical request, where the service gives it. */
function compareV3(theirs: string, ours: SignedCall['signed']): string {
  const [text = '', request = ''] = theirs.split(/server canonicalRequest is:/i);
  const hash = ours.stringToSign.split('\n')[1] ?? '';
  if (text.includes(hash)) return 'same';
  const theirLines = request.trim().split('\n');
  const ourLines = (ours.canonicalRequest ?? '').split('\n');
  const [theirMethod = ''] = theirLines;
  const [ourMethod = ''] = ourLines;
  if (isOtherMethod(theirMethod, ourMethod)) return ` (method ${theirMethod}, sent as ${ourMethod})`;
  const isHeader = (line: string) => /^[\w-]+:/.test(line);
  const nameOf = (line: string) => line.split(':')[0] ?? '';
  return named(oddOnes(theirLines.filter(isHeader), ourLines.filter(isHeader)).map(nameOf));
}

const isOtherMethod = (theirs: string, ours: string) => theirs !== ours && /^[A-Z]{3,7}$/.test(theirs);

function oddOnes(theirs: string[], ours: string[]): string[] {
  const [inTheirs, inOurs] = [new Set(theirs), new Set(ours)];
  return [...theirs.filter((one) => !inOurs.has(one)), ...ours.filter((one) => !inTheirs.has(one))];
}

/** A few names, and nothing that may be a value. */
function named(names: string[]): string {
  const few = [...new Set(names.filter((name) => /^[\w.-]{1,64}$/.test(name)))].slice(0, 5);
  return few.length > 0 ? ` (${few.join(', ')})` : '';
}
