import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Faults,
  readFaults,
  type Simulator,
  type SimulatorOptions,
  simulatorCredentials,
  startSimulator,
} from '../../src/simulator';
import { canonicalQuery, signature, stringToSign, type WireParams } from '../../src/smc';

const started: Simulator[] = [];

/** A simulator whose time stands still unless the test says otherwise; {@link closeAll} ends it. */
export async function aSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    speed: 0,
    servers: [{ name: 'web-01' }, { name: 'web-02' }],
    ...options,
  });
  started.push(simulator);
  return simulator;
}

/** Ends every simulator of a test. */
export async function closeAll(): Promise<void> {
  await Promise.all(started.splice(0).map((simulator) => simulator.close()));
}

/** Replaces what goes wrong in the account. */
export function breakThings({ account }: Simulator, faults: Faults): void {
  const read = readFaults(faults);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  account.setFaults(read.faults);
}

/**
 * Waits until somebody who polls has seen how things stand now: of three more calls, the second is answered after now,
 * and taken note of before the third.
 */
export async function looked({ account }: Simulator): Promise<void> {
  const { callsTotal } = account.record;
  while (account.record.callsTotal < callsTotal + 3) await sleep(1);
}

export interface RawAnswer {
  status: number;
  type: string;
  body: string;
}

/** One HTTP request, on a connection of its own. */
export function send(
  endpoint: string,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', path = '/', headers = {}, body } = options;
    const { hostname, port } = new URL(endpoint);
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const type = incoming.headers['content-type'] ?? '';
        resolve({ status: incoming.statusCode!, type, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The parameters of a hand-signed call; what is given replaces what would stand there. */
export function signed(method: 'GET' | 'POST', params: WireParams, secret?: string): WireParams {
  const whole: WireParams = {
    Version: '2019-06-01',
    Format: 'JSON',
    AccessKeyId: simulatorCredentials.accessKeyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    ...params,
  };
  const text = stringToSign(method, whole);
  return { ...whole, Signature: signature(text, secret ?? simulatorCredentials.accessKeySecret) };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are judged by the tests, field by field.
type Answer = any;

/** One hand-signed call; gives the answer's body, an error's too. */
export async function call(simulator: Simulator, Action: string, params: WireParams = {}): Promise<Answer> {
  const query = canonicalQuery(signed('GET', { Action, ...params }));
  return JSON.parse((await send(simulator.endpoint, { path: `/?${query}` })).body);
}

/** The source of that name. */
export function sourceId(simulator: Simulator, name = 'web-01'): string {
  return simulator.account.sourceNames.get(name)!;
}

/** Creates a job for a source; gives its id. */
export async function aJob(
  simulator: Simulator,
  params: WireParams = {},
  source = 'web-01',
): Promise<string> {
  const answer = await call(simulator, 'CreateReplicationJob', {
    RegionId: 'cn-hangzhou',
    SourceId: sourceId(simulator, source),
    SystemDiskSize: '40',
    ...params,
  });
  if (!answer.JobId) throw new Error(`no job: ${answer.Code} ${answer.Message}`);
  return answer.JobId;
}

/** Creates a job and starts it; gives its id. */
export async function aRunningJob(
  simulator: Simulator,
  params: WireParams = {},
  source = 'web-01',
): Promise<string> {
  const jobId = await aJob(simulator, params, source);
  const answer = await call(simulator, 'StartReplicationJob', { JobId: jobId });
  if (answer.Code) throw new Error(`not started: ${answer.Code} ${answer.Message}`);
  return jobId;
}

/** The job as it is described; undefined when it is not listed. */
export async function described(simulator: Simulator, jobId: string): Promise<Answer> {
  const answer = await call(simulator, 'DescribeReplicationJobs', { 'JobId.1': jobId });
  return answer.ReplicationJobs.ReplicationJob[0];
}
