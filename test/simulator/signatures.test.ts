import { createHash, randomUUID } from 'node:crypto';
import OpenApiUtil from '@alicloud/openapi-util';
import { simulatorCredentials } from '../../src/simulator';
import { canonicalQuery, stringToSign } from '../../src/smc';
import { aSimulator, call, closeAll, send, signed } from './harness';

afterEach(closeAll);

const utc = (offsetMinutes: number) =>
  `${new Date(Date.now() + offsetMinutes * 60_000).toISOString().slice(0, 19)}Z`;
const Action = 'DescribeSourceServers';
const get = (params: Record<string, string>) => ({ path: `/?${canonicalQuery(params)}` });

describe('a call signed in its parameters', () => {
  test.each(['GET', 'POST with a form', 'POST with a query', 'POST with both'])(
    'is taken as %s',
    async (how) => {
      const { endpoint } = await aSimulator();
      const method = how === 'GET' ? 'GET' : 'POST';
      const params = signed(method, { Action, Name: 'web-01' });
      const { Name, ...rest } = params;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const request = {
        GET: get(params),
        'POST with a form': { method, headers, body: canonicalQuery(params) },
        'POST with a query': { method, headers, ...get(params) },
        'POST with both': { method, headers, ...get(rest), body: canonicalQuery({ Name: Name! }) },
      }[how]!;
      const answer = await send(endpoint, request);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({
        TotalCount: 1,
        RequestId: expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/),
      });
    },
  );

  test('is answered in XML when Format says so, in any case', async () => {
    const { endpoint } = await aSimulator({ servers: [] });
    const answer = await send(endpoint, get(signed('GET', { Action, Format: 'xml' })));
    expect(answer.type).toContain('text/xml');
    expect(answer.body).toMatch(
      /<DescribeSourceServersResponse>.*<SourceServers\/><\/DescribeSourceServersResponse>$/s,
    );
  });

  test('with an STS token is taken', async () => {
    const simulator = await aSimulator();
    expect((await call(simulator, Action, { SecurityToken: 'token' })).TotalCount).toBe(2);
  });

  test('with a wrong secret is refused with the string that the server has signed', async () => {
    const { endpoint } = await aSimulator();
    const params = signed('GET', { Action }, 'not-the-secret');
    const answer = await send(endpoint, get(params));
    expect(answer.status).toBe(400);
    const error = JSON.parse(answer.body);
    expect(Object.keys(error)).toEqual(['RequestId', 'HostId', 'Code', 'Message', 'Recommend']);
    expect(error.Code).toBe('SignatureDoesNotMatch');
    expect(error.Message.split('server string to sign is:')[1]).toBe(stringToSign('GET', params));
  });

  test('is refused when its nonce is replayed', async () => {
    const { endpoint } = await aSimulator();
    const params = signed('GET', { Action });
    expect((await send(endpoint, get(params))).status).toBe(200);
    const replayed = await send(endpoint, get(params));
    expect([replayed.status, JSON.parse(replayed.body).Code]).toEqual([400, 'SignatureNonceUsed']);
  });

  test.each([
    ['32 minutes old', { Timestamp: utc(-32) }, 400, 'InvalidTimeStamp.Expired'],
    ['32 minutes ahead', { Timestamp: utc(32) }, 400, 'InvalidTimeStamp.Expired'],
    ['with a time that is none', { Timestamp: 'yesterday' }, 400, 'InvalidTimeStamp.Format'],
    ['with an unknown key', { AccessKeyId: 'somebody' }, 404, 'InvalidAccessKeyId.NotFound'],
    ['without a nonce', { SignatureNonce: '' }, 400, 'MissingSignatureNonce'],
    ['without an action', { Action: '' }, 400, 'MissingAction'],
    ['for another version', { Version: '2014-05-26' }, 404, 'InvalidVersion.NotFound'],
    ['for an operation that is none', { Action: 'DescribeNothing' }, 404, 'InvalidAction.NotFound'],
    ['for a name of JavaScript', { Action: '__proto__' }, 404, 'InvalidAction.NotFound'],
    ['with another method of signing', { SignatureMethod: 'HMAC-MD5' }, 400, 'InvalidSignatureMethod'],
  ])('is refused %s', async (_, params, status, code) => {
    const { endpoint } = await aSimulator();
    const answer = await send(endpoint, get(signed('GET', { Action, ...(params as object) })));
    expect([answer.status, JSON.parse(answer.body).Code]).toEqual([status, code]);
  });

  test.each([
    ['30 minutes old', utc(-30)],
    ['30 minutes ahead', utc(30)],
  ])('is taken %s', async (_, Timestamp) => {
    expect((await call(await aSimulator(), Action, { Timestamp })).TotalCount).toBe(2);
  });

  test('that is refused in XML has the root Error', async () => {
    const { endpoint } = await aSimulator();
    const { body } = await send(endpoint, get(signed('GET', { Action: 'A<b>&', Format: 'XML' })));
    expect(body).toMatch(/<Error><RequestId>.*<Code>InvalidAction.NotFound<\/Code>/);
  });
});

describe('a call signed in its headers (ACS3), as the newest SDKs do', () => {
  function acs3(
    secret: string,
    query: Record<string, string>,
    form = '',
    changed: Record<string, string> = {},
  ) {
    const payload = createHash('sha256').update(form).digest('hex');
    const headers: Record<string, string> = {
      host: 'smc.aliyuncs.com',
      'x-acs-action': Action,
      'x-acs-version': '2019-06-01',
      'x-acs-date': utc(0),
      'x-acs-signature-nonce': randomUUID(),
      'x-acs-content-sha256': payload,
      'content-type': 'application/x-www-form-urlencoded',
      ...changed,
    };
    const authorization = OpenApiUtil.getAuthorization(
      { method: 'POST', pathname: '/', query, headers } as never,
      'ACS3-HMAC-SHA256',
      payload,
      simulatorCredentials.accessKeyId,
      secret,
    );
    return { method: 'POST', ...get(query), headers: { ...headers, authorization }, body: form };
  }

  test('is taken, with its parameters in the query and in the form', async () => {
    const { endpoint } = await aSimulator();
    const request = acs3(
      simulatorCredentials.accessKeySecret,
      { State: 'Available' },
      'Name=web-02&PageSize=5',
    );
    const answer = await send(endpoint, request);
    expect(JSON.parse(answer.body)).toMatchObject({ TotalCount: 1, PageSize: 5 });
    expect(JSON.parse((await send(endpoint, request)).body).Code).toBe('SignatureNonceUsed');
  });

  test.each([
    ['32 minutes old', { 'x-acs-date': utc(-32) }, 'InvalidTimeStamp.Expired'],
    ['with a time that is none', { 'x-acs-date': 'yesterday' }, 'InvalidTimeStamp.Format'],
    ['without an action', { 'x-acs-action': '' }, 'MissingAction'],
    ['for another version', { 'x-acs-version': '2014-05-26' }, 'InvalidVersion.NotFound'],
    ['for an operation that is none', { 'x-acs-action': 'DescribeNothing' }, 'InvalidAction.NotFound'],
  ])('is refused %s', async (_, changed, code) => {
    const { endpoint } = await aSimulator();
    const answer = await send(endpoint, acs3(simulatorCredentials.accessKeySecret, {}, '', changed as never));
    expect(JSON.parse(answer.body).Code).toBe(code);
  });

  test('is refused when a header of its signature is not signed', async () => {
    const { endpoint } = await aSimulator();
    const good = acs3(simulatorCredentials.accessKeySecret, {});
    const headers = { ...good.headers, 'x-acs-security-token': 'added' };
    const answer = await send(endpoint, { ...good, headers });
    expect(JSON.parse(answer.body).Code).toBe('IncompleteSignature');
  });

  test('is refused with a wrong secret, a changed body or a broken header', async () => {
    const { endpoint } = await aSimulator();
    const codeOf = async (request: Parameters<typeof send>[1]) =>
      JSON.parse((await send(endpoint, request)).body).Code;
    expect(await codeOf(acs3('not-the-secret', {}))).toBe('SignatureDoesNotMatch');
    const good = acs3(simulatorCredentials.accessKeySecret, {}, 'Name=web-02');
    expect(await codeOf({ ...good, body: 'Name=web-01' })).toBe('InvalidContentSha256');
    expect(await codeOf({ ...good, headers: { ...good.headers, authorization: 'ACS3-HMAC-SHA256 x' } })).toBe(
      'IncompleteSignature',
    );
  });
});
