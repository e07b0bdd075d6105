import { createHmac } from 'node:crypto';
import type { Received, ServiceAnswer } from './a-service';

const json = (body: object, status = 200): ServiceAnswer => ({ status, body: JSON.stringify(body) });
const fresh = (seconds: number) => Math.abs(Date.now() / 1000 - seconds) < 60;

/** Each service as its documentation has it: what it checks, and what it answers. */
export const services: Record<string, (received: Received, secret: string | undefined) => ServiceAnswer> = {
  DingTalk: ({ query, text }, secret) => {
    const timestamp = query.get('timestamp') ?? '';
    const sign = createHmac('sha256', secret!).update(`${timestamp}\n${secret}`).digest('base64');
    if (!fresh(Number(timestamp) / 1000) || query.get('sign') !== sign)
      return json({ errcode: 310000, errmsg: 'sign not match' });
    if (query.get('access_token') === null) return json({ errcode: 300005, errmsg: 'token is not exist' });
    return JSON.parse(text).msgtype === 'text'
      ? json({ errcode: 0, errmsg: 'ok' })
      : json({ errcode: 40035 });
  },
  Feishu: ({ text }, secret) => {
    const { timestamp, sign, msg_type } = JSON.parse(text);
    const expected = createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
    if (!fresh(Number(timestamp)) || sign !== expected)
      return json({
        code: 19021,
        msg: 'sign match fail or timestamp is not within one hour from current time',
      });
    if (msg_type !== 'text') return json({ code: 9499, msg: 'Bad Request' }, 400);
    return json({ StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' });
  },
  Slack: ({ text }) =>
    typeof JSON.parse(text).text === 'string' ? { body: 'ok' } : { status: 400, body: 'invalid_payload' },
  'A service of your own': ({ headers, text }, secret) => {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
    const expected = `v1,${createHmac('sha256', secret!).update(signed).digest('base64')}`;
    const isGenuine =
      headers['webhook-signature'] === expected && fresh(Number(headers['webhook-timestamp']));
    return { status: isGenuine ? 202 : 401 };
  },
};
