import type { HttpAnswer } from '../../src/http';
import type { Webhook } from '../calls/context';

/** Why the webhook has refused a message. */
export interface WebhookRefusal {
  message: string;
  /** The same message would be refused again. */
  isFinal: boolean;
  retryAfterSeconds?: number;
}

/** DingTalk's codes for a later retry, with seconds: more than 20 messages a minute; -1 when it is busy. */
const dingtalkLater: Record<number, number> = { 130101: 60, [-1]: 10 };

/** Judges an answer by its status and, for the chat services, by its body: they refuse with HTTP 200. */
export function webhookRefusal(answer: HttpAnswer, webhook: Webhook): WebhookRefusal | undefined {
  const { statusCode } = answer;
  if (statusCode >= 300) {
    const isPassing = statusCode < 400 || statusCode >= 500 || [407, 408, 425, 429].includes(statusCode);
    const seconds = Number(answer.header('retry-after'));
    return {
      message: `the webhook answered HTTP ${statusCode}`,
      isFinal: !isPassing,
      retryAfterSeconds: seconds > 0 ? Math.min(seconds, 3_600) : undefined,
    };
  }
  if (webhook.format === 'json') return undefined;
  // A page of a proxy between the worker and the service, for example a log-in.
  if (answer.text.trimStart().startsWith('<'))
    return { message: `the webhook answered HTTP ${statusCode} with a page`, isFinal: false };
  const body = fieldsOf(answer.text);
  const refused = (code: string | number, said: unknown, retryAfterSeconds?: number): WebhookRefusal => ({
    message: `the webhook refused the message: ${clean(`${code}${said ? `: ${said}` : ''}`, webhook.url)}`,
    isFinal: retryAfterSeconds === undefined,
    retryAfterSeconds,
  });
  if (webhook.format === 'slack') {
    if (body.ok !== false) return undefined;
    return refused(
      String(body.error ?? 'ok is false'),
      undefined,
      body.error === 'ratelimited' ? 30 : undefined,
    );
  }
  const code = Number(body.errcode ?? 0);
  return code === 0 ? undefined : refused(`errcode ${body.errcode}`, body.errmsg, dingtalkLater[code]);
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The answer in one line, without the path and query of the URL, which are secrets. */
function clean(text: string, url: string): string {
  const { href, pathname, searchParams } = new URL(url);
  const secrets = [href, ...pathname.split('/'), ...searchParams.values()].filter(
    ({ length }) => length >= 8,
  );
  const shown = secrets.reduce((said, secret) => said.replaceAll(secret, '***'), text);
  return shown
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
