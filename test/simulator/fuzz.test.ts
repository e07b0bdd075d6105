import { request } from 'node:http';
import { connect } from 'node:net';
import type { Simulator } from '../../src/simulator';
import { seededRandom } from '../../src/simulator/account/random';
import { simulatedOperations } from '../../src/simulator/operations';
import { canonicalQuery, type WireParams } from '../../src/smc';
import { aSimulator, call, closeAll, signed, sourceId } from './harness';

afterEach(closeAll);

const seed = process.env.FUZZ_SEED ?? '1';
// A search for new faults takes other seeds and more of each: FUZZ_SEED=7 FUZZ_TIMES=20.
const times = Number(process.env.FUZZ_TIMES ?? 1);
const signedInputs = 600 * times;
const rawRequests = 200 * times;
const rawBytes = 40 * times;

test(`whatever is sent, every answer is the API's and the account stays sound (seed ${seed})`, async () => {
  const simulator = await aSimulator({ servers: 5, speed: 3600, readLagSeconds: 1 });
  const random = seededRandom(seed);
  await inParallel(signedInputs, () => {
    const method = random() < 0.5 ? 'GET' : 'POST';
    const params = signed(method, wildParams(random, simulator));
    return expectApiAnswer(simulator, method, canonicalQuery(params), random);
  });
  await inParallel(rawRequests, () =>
    expectApiAnswer(
      simulator,
      pick(random, ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']),
      wildText(random, 300),
      random,
    ),
  );
  for (let i = 0; i < rawBytes; i++) await sendBytes(simulator, wildBytes(random));

  const { jobs, creates, calls } = simulator.account.audit();
  expect((await call(simulator, 'DescribeReplicationJobs')).TotalCount).toBeDefined();
  expect(jobs.existing).toBeLessThanOrEqual(5);
  expect(creates.tookEffect).toBeGreaterThan(0);
  expect(calls.perOperation.DescribeReplicationJobs!.accepted).toBeGreaterThan(5);
  const codes = Object.values(calls.perOperation).flatMap(({ refused }) => Object.keys(refused));
  expect(codes).not.toContain('InternalError');
});

test('a body of many megabytes is refused as too large', async () => {
  const simulator = await aSimulator();
  const answer = await exchange(
    simulator,
    'POST',
    '/',
    'x'.repeat(5_000_000),
    'application/x-www-form-urlencoded',
  );
  expect([answer.status, JSON.parse(answer.body).Code]).toEqual([413, 'RequestTooLarge']);
});

const names = [
  'RegionId',
  'SourceId',
  'SourceId.1',
  'JobId',
  'JobId.1',
  'JobId.0',
  'JobId.x',
  'Name',
  'Description',
  'State',
  'Status',
  'SystemDiskSize',
  'ClientToken',
  'TargetType',
  'InstanceId',
  'ScheduledStartTime',
  'ValidTime',
  'DataDisk.1.Index',
  'DataDisk.1.Size',
  'DataDisk.1.Part.1.Device',
  'DataDisk.99999999.Size',
  'SystemDiskPart.1.SizeBytes',
  'Tag.1.Key',
  'Tag.1.Value',
  'TagKey.1',
  'All',
  'NextToken',
  'ResourceType',
  'ResourceId.1',
  'NetMode',
  'VpcId',
  'VSwitchId',
  'ReplicationParameters',
  'RunOnce',
  'Frequency',
  'MaxNumberOfImageToKeep',
  'Force',
  'SyncData',
  'PageNumber',
  'PageSize',
  'Format',
  '__proto__',
  'constructor',
  'toString',
  'Signature.1',
  '.',
  'Tag.',
  'Tag.1.Key.Key',
];

function wildParams(random: () => number, simulator: Simulator): WireParams {
  const params: WireParams = { Action: pick(random, [...simulatedOperations.keys()]) };
  if (random() < 0.6) {
    Object.assign(params, {
      RegionId: 'cn-hangzhou',
      SourceId: knownSource(random, simulator),
      SystemDiskSize: '200',
    });
    const jobId = simulator.account.jobs.keys().next().value;
    if (jobId) Object.assign(params, { JobId: jobId, ResourceType: 'replicationjob', 'ResourceId.1': jobId });
  }
  for (let n = Math.floor(random() * 6); n > 0; n--)
    params[pick(random, names)] = wildValue(random, simulator);
  return params;
}

function wildValue(random: () => number, simulator: Simulator): string {
  return pick<() => string>(random, [
    () => '',
    () => '0',
    () => '-1',
    () => '1e9',
    () => '9'.repeat(30),
    () => 'true',
    () => 'XML',
    () => 'NaN',
    () => '\u0000\u0007\ufffe',
    () => '😀'.repeat(40),
    () => '<a>&\'"',
    () => '{"bandwidth_limit":"1e400"}',
    () => '[]',
    () => '2030-13-45T99:99:99Z',
    () => '275760-09-13T00:00:00Z',
    () => knownSource(random, simulator),
    () => 'a'.repeat(3000),
    () => wildText(random, 40),
  ])();
}

const knownSource = (random: () => number, simulator: Simulator) =>
  sourceId(simulator, pick(random, [...simulator.account.sourceNames.keys()])) ?? 's-none';

/** Text of bytes that may stand in a request line, percent signs and separators often among them. */
function wildText(random: () => number, max: number): string {
  let text = '';
  for (let n = Math.floor(random() * max); n > 0; n--)
    text +=
      random() < 0.3
        ? pick(random, ['%', '%C3', '%ff', '&', '=', '+', '?', 'Action=', '%00'])
        : String.fromCharCode(33 + Math.floor(random() * 94));
  return text;
}

function wildBytes(random: () => number): Buffer {
  const bytes = Buffer.from(
    Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256)),
  );
  const head = pick(random, [
    '',
    'GET ',
    'POST / HTTP/1.1\r\nContent-Length: 9\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nX: ',
    'CONNECT x:1 HTTP/1.1\r\n\r\n',
  ]);
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n\r\n')]);
}

async function expectApiAnswer(
  simulator: Simulator,
  method: string,
  encoded: string,
  random: () => number,
): Promise<void> {
  const inBody = method === 'POST' && random() < 0.5;
  const type = pick(random, [
    'application/x-www-form-urlencoded',
    'application/json',
    'text/plain; charset=x',
  ]);
  const path = pick(random, ['/', '/', '/', '/else', '//']);
  const target = inBody ? path : `${path}?${encoded.replaceAll('#', '')}`;
  const answer = await exchange(simulator, method, target, inBody ? encoded : '', type);
  const isXml = answer.type.startsWith('text/xml');
  if (isXml) {
    expect(answer.body).toMatch(/<RequestId>[0-9A-F-]{36}<\/RequestId>/);
  } else {
    const body = JSON.parse(answer.body);
    expect(body.RequestId).toMatch(/^[0-9A-F-]{36}$/);
    if (answer.status !== 200) expect([typeof body.Code, typeof body.Message]).toEqual(['string', 'string']);
  }
  expect(answer.status === 200 || (answer.status >= 400 && answer.status < 500)).toBe(true);
}

function exchange(simulator: Simulator, method: string, path: string, body: string, type: string) {
  return new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(simulator.endpoint);
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ hostname, port, method, path, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode!, type: incoming.headers['content-type'] ?? '', body: text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Sends bytes that may be no HTTP at all; what counts is that the simulator lives on. */
function sendBytes(simulator: Simulator, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(simulator.endpoint).port), '127.0.0.1');
    socket.on('error', () => {}).on('close', () => resolve());
    socket.resume();
    socket.end(bytes);
  });
}

async function inParallel(count: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (left-- > 0) await work();
    }),
  );
}

function pick<T>(random: () => number, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)]!;
}
