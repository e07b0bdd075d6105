import { type AnswerBody, pageText } from './answer-body';
import { SmcError } from './errors';
import { percentEncode } from './signature';

/** The parts of a sent call that may explain its refusal. */
export interface SentCall {
  action: string;
  stringToSign: string;
  /** Texts that no error may contain: the AccessKey secret, the token, the signature. */
  secrets: readonly (string | undefined)[];
}

/** An answer that is no success. */
export interface RefusedAnswer {
  statusCode: number;
  /** The headers `Retry-After` and `Date`. */
  retryAfter?: string;
  date?: string;
  text: string;
}

/** The longest text in an error, because errors are stored in Temporal's histories. */
const longestText = 2_000;

/** The error of an answer: the service's own message, or the text of a page from a gateway or proxy. */
export function errorFrom(sent: SentCall, body: AnswerBody | undefined, answer: RefusedAnswer): SmcError {
  const httpStatus = answer.statusCode;
  const retryAfterSeconds = secondsToWait(answer);
  const say = (value: unknown) =>
    typeof value === 'string' && value !== ''
      ? withoutSecrets(value, sent.secrets).slice(0, longestText)
      : undefined;
  const code = body && say(body.Code);
  if (!code) {
    const page = pageText(withoutSecrets(answer.text, sent.secrets));
    return new SmcError({
      code: 'UnreadableAnswer',
      message: `HTTP ${httpStatus} without an API answer${page ? `: ${page}` : ''}`,
      action: sent.action,
      httpStatus,
      retryAfterSeconds,
    });
  }
  return new SmcError({
    code,
    message: say(body.Message) ?? 'no message',
    ...(isSignatureRefusal(code) && explainSignatureRefusal(body.Message, sent)),
    action: sent.action,
    httpStatus,
    retryAfterSeconds,
    requestId: say(body.RequestId),
    recommend: say(body.Recommend),
    accessDenied: say(accessDenied(body.AccessDeniedDetail)),
  });
}

/** Reads `Retry-After`: seconds, or a date by the clock of the service. Undefined when it gives no time. */
function secondsToWait({ retryAfter = '', date = '' }: RefusedAnswer): number | undefined {
  const given = Number(retryAfter);
  const now = Date.parse(date) || Date.now();
  const seconds = Number.isNaN(given) ? Math.ceil((Date.parse(retryAfter) - now) / 1_000) : given;
  return seconds > 0 ? seconds : undefined;
}

const isSignatureRefusal = (code: string) =>
  code.startsWith('SignatureDoesNotMatch') || code.startsWith('IncompleteSignature');

/**
 * Compares the string that the service signed with ours. The message does not contain the strings: they contain the security
 * token.
 */
function explainSignatureRefusal(
  message: unknown,
  { stringToSign: ours, secrets }: SentCall,
): { message: string; remedy: string } | undefined {
  const [before = '', rest] = String(message).split(/server string to sign is:/i);
  if (rest === undefined) return undefined;
  const start = withoutSecrets(before, secrets)
    .trim()
    .slice(0, longestText)
    .replace(/[.,:;]?$/, '.');
  const theirs = rest.trim();
  if (theirs.startsWith(ours) && /^["'.]*$/.test(theirs.slice(ours.length))) {
    return {
      message: `${start} The service signed the same string, so the AccessKey secret is wrong`,
      remedy:
        'The AccessKey secret is wrong: check ALIBABA_CLOUD_ACCESS_KEY_SECRET, without quotes or blanks.',
    };
  }
  return {
    message: `${start} The service signed another string than we did${difference(theirs, ours)}: something between changed the request`,
    remedy:
      'Something on the way to SMC_ENDPOINT changes the request (a proxy, a gateway): go around it, or have it pass requests on as they are.',
  };
}

/** The difference between two strings to sign: names of parameters, never their values. */
function difference(theirs: string, ours: string): string {
  const [theirMethod = '', , theirQuery = ''] = theirs.split('&');
  const [ourMethod, , ourQuery = ''] = ours.split('&');
  if (theirMethod !== ourMethod && /^[A-Z]{3,7}$/.test(theirMethod)) {
    return ` (method ${theirMethod}, sent as ${ourMethod})`;
  }
  const theirPairs = theirQuery.split('%26');
  const ourPairs = ourQuery.split('%26');
  const odd = [
    ...theirPairs.filter((pair) => !ourPairs.includes(pair)),
    ...ourPairs.filter((pair) => !theirPairs.includes(pair)),
  ];
  const names = odd.map((pair) => pair.split('%3D')[0] ?? '').filter((name) => /^[\w.]{1,64}$/.test(name));
  const few = [...new Set(names)].slice(0, 5);
  return few.length > 0 ? ` (${few.join(', ')})` : '';
}

/** `smc:CreateReplicationJob denied to SubUser batch: ImplicitDeny, AccountLevelIdentityBasedPolicy`. */
function accessDenied(detail: unknown): string | undefined {
  if (typeof detail === 'string') return detail.slice(0, 300);
  if (detail === null || typeof detail !== 'object') return undefined;
  const read = (name: string) => {
    const value = (detail as Record<string, unknown>)[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const who = [read('AuthPrincipalType'), read('AuthPrincipalDisplayName')].filter(Boolean).join(' ');
  const why = [read('NoPermissionType'), read('PolicyType')].filter(Boolean).join(', ');
  const what = `${read('AuthAction') ?? 'the operation'} denied${who && ` to ${who}`}`;
  return who || why ? `${what}${why && `: ${why}`}` : undefined;
}

/** Removes secrets from a text: a page may quote the refused request, in any encoding. */
function withoutSecrets(text: string, secrets: SentCall['secrets']): string {
  let clean = text.replace(/\b(Signature|SecurityToken)(=|%3D)[^&\s"'<>]+?(?=%26|[&\s"'<>]|$)/gi, '$1$2***');
  for (const secret of secrets) {
    if (!secret) continue;
    const once = percentEncode(secret);
    for (const form of [secret, once, percentEncode(once)]) clean = clean.replaceAll(form, '***');
  }
  return clean;
}
