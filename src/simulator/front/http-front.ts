import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { apiVersion, simulatorHeader, type WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { noteCall } from '../account/audit';
import { ApiError, missing, notFound } from '../api-error';
import type { CallFault } from '../faults/faults';
import { simulatedOperations } from '../operations';
import { answerAdmin, isAdminPath } from './admin';
import { type Format, formatOf, type WrittenAnswer, writeAnswer, writeError } from './answer-format';
import { emptyParameters, readParameters } from './request-parameters';
import { createVerifier, type Verifier } from './verify';

/** Far more than any SMC request. */
const maxBodyBytes = 1_048_576;

/** The account's HTTP server: `GET` and `POST /` are the SMC API; the simulator has its own paths beside it. */
export function createHttpFront(account: SimulatedAccount): Server {
  const verify = createVerifier(account.options.credentials);
  const server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 30_000 }, (request, response) => {
    serve(account, verify, request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, writeError(asApiError(error), 'JSON'));
      else response.destroy();
    });
  });
  server.on('clientError', refuseMalformed);
  return server;
}

async function serve(
  account: SimulatedAccount,
  verify: Verifier,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.on('error', () => response.destroy());
  const body = await readBody(request);
  const [path = '/', ...rest] = (request.url ?? '/').split('?');
  const queryText = rest.join('?');
  if (body !== undefined && isAdminPath(path))
    return send(response, answerAdmin(account, request, path, queryText, body));

  let format: Format = 'JSON';
  let action = '';
  let reply: Reply;
  try {
    if (body === undefined)
      throw new ApiError('RequestTooLarge', `The request body is larger than ${maxBodyBytes} bytes.`, 413);
    if (path !== '/' && path !== '') throw new ApiError('InvalidAction.NotFound', unknownApi);
    const method = request.method;
    if (method !== 'GET' && method !== 'POST')
      throw new ApiError('UnsupportedHTTPMethod', 'This http method is not supported.', 405);
    const query = readParameters(queryText);
    format = formatOf(query.Format);
    const form = isForm(request) ? body.toString('utf8') : '';
    const params = readParameters(form, Object.assign(emptyParameters(), query));
    format = formatOf(params.Format);
    takeHeaderNames(params, request);
    action = params.Action ?? '';
    const operation = simulatedOperations.get(action);
    checkVersion(params);
    verify({ method, params, query, headers: request.headers, body });
    if (!operation) throw new ApiError('InvalidAction.NotFound', unknownApi);

    account.now();
    const { latencyMs, fault } = account.faultEngine.onCall({
      operation: action,
      ...subjects(account, params),
    });
    if (latencyMs > 0) {
      await sleep(latencyMs);
      account.now();
    }
    reply = callWithFault(fault, format, () => {
      try {
        const given = operation(account, params);
        const answer = fault?.body === 'empty' ? withoutItems(given) : given;
        return { answer: writeAnswer(action, answer, format) };
      } catch (error) {
        return refused(error, format);
      }
    });
    account.onChange();
  } catch (error) {
    reply = refused(error, format);
  }
  // Whoever asks is told that no real account answers, and how fast its time runs.
  response.setHeader(simulatorHeader, `speed=${account.options.speed}`);
  noteCall(account.record, simulatedOperations.has(action) ? action : 'unknown', reply.refusal);
  deliver(request.socket, response, reply);
}

/** The reply: an answer, which a fault may have spoilt, or the end of the connection. */
interface Reply {
  answer: WrittenAnswer | 'reset';
  spoilt?: 'truncated';
  refusal?: string;
}

/** The answer of a list without its items, as from an old copy of the data or from another account. */
const withoutItems = (answer: object) =>
  Object.fromEntries(
    Object.entries(answer).map(([name, value]) => {
      if (name === 'TotalCount') return [name, 0];
      const isList = value !== null && typeof value === 'object';
      return [name, isList ? Object.fromEntries(Object.keys(value).map((item) => [item, []])) : value];
    }),
  );

/** Runs a call with its fault: the fault comes instead of the call, or changes its answer. */
function callWithFault(fault: CallFault | undefined, format: Format, call: () => Reply): Reply {
  if (!fault) return call();
  if (fault.reset === 'before') return { answer: 'reset', refusal: '(reset)' };
  if (fault.throttle)
    return refused(new ApiError(fault.throttle.code, 'Request was denied due to user flow control.'), format);
  if (fault.reset === 'after') return { ...call(), answer: 'reset' };
  if (fault.body === 'empty') return call();
  if (fault.body === 'truncated') return { ...call(), spoilt: 'truncated' };
  if (fault.body === 'html')
    return { ...call(), answer: { httpStatus: 200, contentType: 'text/html', body: proxyPage } };

  const { error, emptyStatus = 500 } = fault;
  const instead: Reply = error
    ? refused(new ApiError(error.code, error.message, error.httpStatus), format)
    : {
        answer: { httpStatus: emptyStatus, contentType: 'text/plain', body: '' },
        refusal: `(HTTP ${emptyStatus})`,
      };
  return fault.afterEffect ? { ...call(), answer: instead.answer } : instead;
}

function refused(error: unknown, format: Format): Reply {
  const refusal = asApiError(error);
  return { answer: writeError(refusal, format), refusal: refusal.code };
}

function deliver(socket: Socket, response: ServerResponse, { answer, spoilt }: Reply): void {
  if (answer === 'reset') {
    socket.resetAndDestroy();
  } else if (spoilt === 'truncated') {
    // The header gives the whole length; half of the body follows, then the connection ends.
    response.writeHead(answer.httpStatus, {
      'content-type': answer.contentType,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.write(answer.body.slice(0, Math.floor(answer.body.length / 2)), () => socket.destroy());
  } else {
    send(response, answer);
  }
}

function send(response: ServerResponse, answer: WrittenAnswer): void {
  response.writeHead(answer.httpStatus, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
    ...(answer.httpStatus === 413 && { connection: 'close' }),
  });
  response.end(answer.body);
}

/** The body; undefined when it is too large. The rest is still read, so that the client gets the answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (size > 64 * maxBodyBytes) break;
  }
  return size <= maxBodyBytes ? Buffer.concat(chunks) : undefined;
}

/** The newest SDKs name the action in headers. */
function takeHeaderNames(params: WireParams, request: IncomingMessage): void {
  if (!request.headers.authorization?.startsWith('ACS3-')) return;
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  params.Action = header('x-acs-action') ?? '';
  params.Version = header('x-acs-version') ?? '';
}

function checkVersion(params: WireParams): void {
  if (!params.Action) throw missing('Action');
  if (!params.Version) throw missing('Version');
  if (params.Version !== apiVersion) throw notFound('Version', params.Version);
}

/** The sources and jobs that a call is about. */
function subjects(account: SimulatedAccount, params: WireParams): { sourceIds: string[]; jobIds: string[] } {
  if (account.faultEngine.faults.calls.length === 0) return { sourceIds: [], jobIds: [] };
  const valuesOf = (name: string) =>
    Object.keys(params)
      .filter((key) => key === name || key.startsWith(`${name}.`))
      .map((key) => params[key]!);
  const jobIds = [...valuesOf('JobId'), ...valuesOf('ResourceId')];
  const sourceIds = [...valuesOf('SourceId'), ...valuesOf('ResourceId')];
  for (const jobId of jobIds) {
    const job = account.jobs.get(jobId);
    if (job) sourceIds.push(job.sourceId);
  }
  return { sourceIds, jobIds };
}

function isForm(request: IncomingMessage): boolean {
  const type = request.headers['content-type'];
  return type === undefined || type.toLowerCase().startsWith('application/x-www-form-urlencoded');
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('InternalError', 'The request processing has failed due to some unknown error.');
}

/** Answers bytes that are no HTTP with an API error, where the socket is still open. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { body, contentType } = writeError(
    new ApiError('InvalidParameter', 'The request is not valid HTTP.'),
    'JSON',
  );
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const unknownApi = 'Specified api is not found, please check your url and method.';
const proxyPage = '<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>';
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
