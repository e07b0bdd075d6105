import { type AnswerBody, pageText } from './answer-body';
import { SmcError } from './errors';
import type { SignedCall } from './sign-call';
import { percentEncode } from './signature';
import { explainSignatureRefusal, isSignatureRefusal } from './signature-refusal';

/** The parts of a sent call that may explain its refusal. */
export interface SentCall {
  action: string;
  signed: SignedCall['signed'];
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
    ...explained(code, body.Message, sent, answer),
    action: sent.action,
    httpStatus,
    retryAfterSeconds,
    requestId: say(body.RequestId),
    recommend: say(body.Recommend),
    accessDenied: say(accessDenied(body.AccessDeniedDetail)),
  });
}

/** The better message and remedy of a refusal that can be explained. */
function explained(code: string, said: unknown, sent: SentCall, answer: RefusedAnswer) {
  const text = withoutSecrets(typeof said === 'string' ? said : '', sent.secrets).slice(0, longestText);
  if (isTimestampRefusal(code)) return { message: withBothTimes(text, answer.date) };
  if (!isSignatureRefusal(code)) return {};
  return explainSignatureRefusal(String(said), sent.signed, (part) =>
    withoutSecrets(part, sent.secrets).slice(0, longestText),
  );
}

/** Whether the service has refused the time of a request. */
export const isTimestampRefusal = (code: string) =>
  code.startsWith('InvalidTimeStamp') || code === 'IllegalTimestamp';

/** `Specified time stamp is expired. This machine's clock says …T14:00:00Z, the service's …T16:00:00Z: 7200 s behind it`. */
function withBothTimes(said: string, date: string | undefined): string {
  const here = new Date();
  const service = new Date(date ?? '');
  const utc = (time: Date) => time.toISOString().replace(/\.\d+Z$/, 'Z');
  const start = said.trim().replace(/[.,:;]?$/, '.');
  if (Number.isNaN(service.getTime()))
    return `${start} This machine's clock says ${utc(here)}; the service does not tell its time`;
  const seconds = Math.round((here.getTime() - service.getTime()) / 1000);
  const difference =
    seconds === 0 ? 'they agree' : `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} it`;
  return `${start} This machine's clock says ${utc(here)}, the service's ${utc(service)}: ${difference}`;
}

/** Reads `Retry-After`: seconds, or a date by the clock of the service. Undefined when it gives no time. */
function secondsToWait({ retryAfter = '', date = '' }: RefusedAnswer): number | undefined {
  const given = Number(retryAfter);
  const now = Date.parse(date) || Date.now();
  const seconds = Number.isNaN(given) ? Math.ceil((Date.parse(retryAfter) - now) / 1_000) : given;
  return seconds > 0 ? seconds : undefined;
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
  let clean = text.replace(
    /\b(Signature|SecurityToken|x-acs-security-token)(=|:|%3D)[^&\s"'<>]+?(?=%26|[&\s"'<>]|$)/gi,
    '$1$2***',
  );
  for (const secret of secrets) {
    if (!secret) continue;
    const once = percentEncode(secret);
    for (const form of [secret, once, percentEncode(once)]) clean = clean.replaceAll(form, '***');
  }
  return clean;
}
