import type { HttpAnswer } from '../http';
import type { Webhook } from './settings';

/** Why the webhook has refused a message. */
export interface WebhookRefusal {
  message: string;
  /** The same message would be refused again. */
  isFinal: boolean;
  retryAfterSeconds?: number;
}

/** Codes for a later try, with seconds. DingTalk: more than 20 messages a minute, or busy (-1). Feishu: too many. */
const laterCodes: Record<number, number> = {
  130101: 60,
  410100: 60,
  [-1]: 10,
  11232: 60,
  9495: 60,
  99991400: 60,
};

/** Judges an answer by its status and, for the chat services, by its body: they refuse with HTTP 200. */
export function webhookRefusal(answer: HttpAnswer, webhook: Webhook): WebhookRefusal | undefined {
  const { statusCode, text } = answer;
  const say = (said: string) => clean(said, webhook);
  if (statusCode >= 300) {
    const isPassing = statusCode < 400 || statusCode >= 500 || [407, 408, 425, 429].includes(statusCode);
    const seconds = Number(answer.header('retry-after'));
    // Slack gives its reason as the whole text.
    const reason = webhook.format === 'slack' && /^\w{3,60}$/.test(text.trim()) ? `: ${say(text)}` : '';
    return {
      message: `the webhook answered HTTP ${statusCode}${reason}`,
      isFinal: !isPassing,
      retryAfterSeconds: seconds > 0 ? Math.min(seconds, 3_600) : undefined,
    };
  }
  if (webhook.format === 'json') return undefined;
  // A page of a proxy between the worker and the service, for example a log-in.
  if (text.trimStart().startsWith('<'))
    return { message: `the webhook answered HTTP ${statusCode} with a page`, isFinal: false };
  const refused = (why: string, retryAfterSeconds?: number): WebhookRefusal => ({
    message: `the webhook refused the message: ${say(why)}`,
    isFinal: retryAfterSeconds === undefined,
    retryAfterSeconds,
  });
  const body = fieldsOf(text);
  if (webhook.format === 'slack') {
    if (body.ok !== false) return undefined;
    return refused(String(body.error ?? 'ok is false'), body.error === 'ratelimited' ? 30 : undefined);
  }
  const [name, code, why] = codeOf(body, webhook.format);
  if (Number(code ?? 0) === 0) return undefined;
  return refused(`${name} ${code}${why ? `: ${why}` : ''}`, laterCodes[Number(code)]);
}

/** The code of an answer with its field's name and text. Older robots of Feishu name them otherwise. */
function codeOf(body: Record<string, unknown>, format: 'dingtalk' | 'feishu'): [string, unknown, unknown] {
  if (format === 'dingtalk') return ['errcode', body.errcode, body.errmsg];
  if (body.code === undefined) return ['StatusCode', body.StatusCode, body.StatusMessage];
  return ['code', body.code, body.msg];
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The answer in one line, without the secret, and without the path and query of the URL, which are secrets, too. */
function clean(text: string, { url, secret }: Webhook): string {
  const { href, pathname, searchParams } = new URL(url);
  const secrets = [href, ...pathname.split('/'), ...searchParams.values(), secret ?? ''].filter(
    ({ length }) => length >= 8,
  );
  const shown = secrets.reduce((said, one) => said.replaceAll(one, '***'), text);
  return shown
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
