import type { IncomingMessage } from 'node:http';
import type { SimulatedAccount } from '../account/account';
import { readFaults } from '../faults/faults';
import type { WrittenAnswer } from './answer-format';

/** Whether a path is one of the simulator's own: `/__audit`, `/__faults`, `/__clock`. These need no signature. */
export function isAdminPath(path: string): boolean {
  return path.startsWith('/__');
}

/**
 * `GET /__audit` (with `?timeline=false` without it), `GET` and `POST /__faults`, `GET` and `POST /__clock`
 * (`{"skipSeconds": n}`). A POST must have the Content-Type of JSON: a page in a browser cannot send that to another site.
 */
export function answerAdmin(
  account: SimulatedAccount,
  request: IncomingMessage,
  path: string,
  query: string,
  body: Buffer,
): WrittenAnswer {
  const route = `${request.method} ${path}`;
  if (route === 'GET /__audit') {
    const audit = account.audit();
    return json(
      200,
      new URLSearchParams(query).get('timeline') === 'false' ? { ...audit, timeline: [] } : audit,
    );
  }
  if (route === 'GET /__faults') return json(200, account.faultEngine.faults);
  if (route === 'GET /__clock') return json(200, clockOf(account));
  if (route !== 'POST /__faults' && route !== 'POST /__clock')
    return json(404, { problems: [`no ${route} here`] });

  if (!request.headers['content-type']?.toLowerCase().startsWith('application/json'))
    return json(415, { problems: ['Content-Type must be application/json'] });
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    return json(400, { problems: [`not JSON: ${(error as Error).message}`] });
  }
  if (route === 'POST /__clock') {
    const seconds = (value as { skipSeconds?: unknown } | null)?.skipSeconds;
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= 1e9))
      return json(400, { problems: ['skipSeconds: a number from 0'] });
    account.skip(seconds);
    return json(200, clockOf(account));
  }
  const read = readFaults(value);
  if ('problems' in read) return json(400, read);
  account.setFaults(read.faults);
  return json(200, account.faultEngine.faults);
}

function clockOf(account: SimulatedAccount): object {
  const now = account.now();
  return { virtualNow: new Date(now).toISOString(), virtualSeconds: (now - account.epoch) / 1000 };
}

function json(httpStatus: number, body: unknown): WrittenAnswer {
  return { httpStatus, contentType: 'application/json;charset=utf-8', body: JSON.stringify(body) };
}
