import { createHash, randomUUID } from 'node:crypto';
import OpenApiUtil from '@alicloud/openapi-util';
import {
  canonicalQuery,
  createSmcClient,
  createTransport,
  operations,
  toWireParams,
  type WireParams,
} from '../../src/smc';
import { send, signed } from '../simulator/harness';
import { type Account, anAccount, closeAll, region } from './an-account';

afterEach(closeAll);

const secret = 'smc-simulator-secret';
const get = (params: WireParams) => ({ path: `/?${canonicalQuery(params)}` });

test('lists flatten with indices from 1, booleans are true and false', () => {
  expect(
    toWireParams({
      jobIds: ['j-1'],
      tags: [{ key: 'k' }],
      dataDisks: [{ parts: [{}, { sizeBytes: 7 }] }],
      runOnce: false,
    }),
  ).toEqual({
    'JobId.1': 'j-1',
    'Tag.1.Key': 'k',
    'DataDisk.1.Part.2.SizeBytes': '7',
    RunOnce: 'false',
  });
});

test('JSON nests arrays under a singular key, and every answer has an upper-case RequestId', async () => {
  const account = await anAccount();
  await account.create();
  const answer = await account.raw('DescribeReplicationJobs', {});
  expect(answer.ReplicationJobs.ReplicationJob).toHaveLength(1);
  expect(answer.ReplicationJobs.ReplicationJob[0].DataDisks).toEqual({ DataDisk: [] });
  for (const operation of Object.keys(operations)) {
    const { RequestId } = await account.raw(operation as keyof typeof operations, {});
    expect(RequestId).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  }
});

test("an XML answer has the action's name plus Response as root, an empty list is an empty element", async () => {
  const { simulator } = await anAccount();
  for (const Action of ['DescribeReplicationJobs', 'ListTagResources'] as const) {
    const params = { Action, ResourceType: 'sourceserver', Format: 'xml' };
    const { body, type } = await send(simulator.endpoint, get(signed('GET', params)));
    expect(type).toMatch(/^text\/xml/);
    expect(body).toMatch(new RegExp(`<${Action}Response><RequestId>.*</${Action}Response>$`, 's'));
    expect(body).toMatch(/<(ReplicationJobs|TagResources)\/>/);
  }
});

test.each(['JSON', 'XML'])(
  'an error in %s has RequestId, HostId, Code, Message and Recommend',
  async (Format) => {
    const { simulator } = await anAccount();
    const { status, body } = await send(
      simulator.endpoint,
      get(signed('GET', { Action: 'Nothing', Format })),
    );
    expect(status).toBe(404);
    const fields = [...body.matchAll(/[<"](RequestId|HostId|Code|Message|Recommend)[>"]/g)].map(
      ([, name]) => name,
    );
    expect(fields).toEqual(['RequestId', 'HostId', 'Code', 'Message', 'Recommend']);
    if (Format === 'XML') expect(body).toMatch(/<Error>.*<\/Error>$/s);
  },
);

/** One migration from source to deleted job; the account is the judge. */
async function migrate(account: Account, call: (action: string, params: WireParams) => Promise<string>) {
  const jobIdIn = (text: string) => /j-\w+/.exec(text)?.[0] ?? '';
  const create = { RegionId: region, SourceId: 's-web', SystemDiskSize: '40', 'Tag.1.Key': 'a *~' };
  const JobId = jobIdIn(await call('CreateReplicationJob', create));
  await call('StartReplicationJob', { JobId });
  account.account.skip(1000);
  const described = await call('DescribeReplicationJobs', { 'JobId.1': JobId });
  await call('DeleteReplicationJob', { JobId });
  account.account.skip(5);
  expect(described).toContain('Finished');
  expect(account.account.audit()).toMatchObject({ jobs: { existing: 0 }, images: { total: 1 } });
}

test('a whole migration, signed by hand in the parameters', async () => {
  const account = await anAccount();
  await migrate(account, async (Action, params) => {
    const body = canonicalQuery(signed('POST', { Action, ...params }));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return (await send(account.simulator.endpoint, { method: 'POST', headers, body })).body;
  });
});

test("a whole migration, signed in the headers (ACS3) by the official SDKs' own code", async () => {
  const account = await anAccount();
  await migrate(account, async (action, params) => {
    const payload = createHash('sha256').update('').digest('hex');
    const headers: Record<string, string> = {
      host: 'smc.aliyuncs.com',
      'x-acs-action': action,
      'x-acs-version': '2019-06-01',
      'x-acs-date': `${new Date().toISOString().slice(0, 19)}Z`,
      'x-acs-signature-nonce': randomUUID(),
      'x-acs-content-sha256': payload,
    };
    const authorization = OpenApiUtil.getAuthorization(
      { method: 'POST', pathname: '/', query: params, headers } as never,
      'ACS3-HMAC-SHA256',
      payload,
      'smc-simulator',
      secret,
    );
    const request = { method: 'POST', ...get(params), headers: { ...headers, authorization } };
    return (await send(account.simulator.endpoint, request)).body;
  });
});

test.each([
  ['JSON', '1.0'],
  ['XML', '1.0'],
  ['JSON', 'v3'],
  ['XML', 'v3'],
] as const)('a whole migration by our client, answered in %s, signed with %s', async (format, signature) => {
  const account = await anAccount();
  const { endpoint } = account.simulator;
  const credentials = async () => ({ ...account.account.options.credentials, securityToken: 'sts' });
  const smc = createSmcClient(createTransport({ endpoint, credentials, format, signature }));
  try {
    const { jobId } = await smc.createReplicationJob({
      regionId: region,
      sourceId: 's-web',
      dataDisks: [{ index: 1, size: 120, parts: [{ device: '1_0', sizeBytes: 2 ** 30 }] }],
      tags: [{ key: 'smc-batch', value: "<dc1> & 'co' *~é" }],
    });
    await smc.startReplicationJob({ jobId });
    account.account.skip(1000);
    const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [jobId] });
    expect(replicationJobs).toMatchObject([
      {
        status: 'Finished',
        progress: 100,
        runOnce: true,
        imageId: expect.stringMatching(/^m-/),
        dataDisks: [{ index: 1, size: 120, parts: [{ device: '1_0', block: true }] }],
        tags: [{ key: 'smc-batch', value: "<dc1> & 'co' *~é" }],
      },
    ]);
    await smc.deleteReplicationJob({ jobId });
    account.account.skip(5);
    expect(await smc.describeReplicationJobs({})).toMatchObject({ totalCount: 0, replicationJobs: [] });
  } finally {
    await smc.close();
  }
});
