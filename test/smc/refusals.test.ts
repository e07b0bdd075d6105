import type { IncomingHttpHeaders } from 'node:http';
import { inspect } from 'node:util';
import { canonicalRequest, type SignatureKind, sha256, stringToSign, stringToSignV3 } from '../../src/smc';
import { json, plain, type Reply } from './a-server';
import { accessKeySecret, against, endAll, failure, securityToken } from './a-transport';

afterEach(endAll);

describe('a refusal', () => {
  const said = {
    RequestId: '473469C7-AA6F-4DC5-B3DB-A3DC0DE3C83E',
    HostId: 'smc.aliyuncs.com',
    Code: 'Throttling.User',
    Message: 'Request was denied due to user flow control.',
    Recommend: 'https://api.aliyun.com/troubleshoot?q=Throttling.User',
  };
  const xml = `<?xml version='1.0'?><Error><RequestId>${said.RequestId}</RequestId><HostId>h</HostId><Code>${said.Code}</Code><Message>${said.Message}</Message><Recommend>${said.Recommend}</Recommend></Error>`;

  it.each([
    ['throttling with a 400, in JSON', json(said, 400)],
    ['with the wrong content type', plain(JSON.stringify(said), 400)],
    ['in XML', plain(xml, 400, 'text/xml')],
  ])('%s', async (_, reply) => {
    const { server, transport } = await against(reply);
    const error = await failure(transport.call('StartReplicationJob', {}));
    expect(error).toMatchObject({ name: 'SmcError', code: 'Throttling.User', class: 'throttled' });
    expect(error.facts).toMatchObject({
      message: said.Message,
      action: 'StartReplicationJob',
      httpStatus: 400,
      requestId: said.RequestId,
      recommend: said.Recommend,
    });
    expect(server.seen).toHaveLength(1);
  });

  it('with HTTP status 200 is an error, too', async () => {
    const { transport } = await against(json(said));
    expect(await failure(transport.call('A', {}))).toMatchObject({ code: 'Throttling.User' });
  });

  const sentAt = 'Wed, 21 Oct 2015 07:28:00 GMT';
  it.each<[string, Record<string, string>, number | undefined]>([
    ['in seconds', { 'retry-after': '7' }, 7],
    // Its clock is years off ours, and right about the time between.
    ['as a date', { 'retry-after': 'Wed, 21 Oct 2015 07:29:30 GMT', date: sentAt }, 90],
    ['as a date that is over', { 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT', date: sentAt }, undefined],
    ['in less than no time', { 'retry-after': '-7' }, undefined],
    ['in words', { 'retry-after': 'soon' }, undefined],
    ['not at all', {}, undefined],
  ])('tells how long the service wants to be left alone: %s', async (_, headers, seconds) => {
    const { transport } = await against(json(said, 400, headers));
    expect((await failure(transport.call('A', {}))).facts.retryAfterSeconds).toBe(seconds);
  });

  it('tells how long by our clock where the service does not say what time it has', async () => {
    const until = new Date(Date.now() + 60_000).toUTCString();
    const { transport } = await against((response, request, message) => {
      response.sendDate = false;
      json(said, 400, { 'retry-after': until })(response, request, message);
    });
    const { retryAfterSeconds } = (await failure(transport.call('A', {}))).facts;
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  });

  it('names who was denied what, where the service says so', async () => {
    const { transport } = await against(
      json(
        {
          ...said,
          Code: 'Forbidden.RAM',
          AccessDeniedDetail: {
            AuthAction: 'smc:StartReplicationJob',
            AuthPrincipalType: 'SubUser',
            AuthPrincipalDisplayName: 'batch',
            NoPermissionType: 'ImplicitDeny',
            PolicyType: 'AccountLevelIdentityBasedPolicy',
            EncodedDiagnosticMessage: 'AQIB'.repeat(200),
          },
        },
        403,
      ),
    );
    expect(await failure(transport.call('StartReplicationJob', {}))).toMatchObject({
      class: 'account',
      facts: {
        message: said.Message,
        accessDenied:
          'smc:StartReplicationJob denied to SubUser batch: ImplicitDeny, AccountLevelIdentityBasedPolicy',
      },
    });
  });

  it.each([
    [
      'an HTML page',
      plain(
        '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><hr>nginx</body></html>',
        502,
      ),
      'HTTP 502 without an API answer: 502 Bad Gateway',
    ],
    [
      'a well-formed HTML page as a success',
      plain('<html><body><p>Log in</p></body></html>'),
      'HTTP 200 without an API answer: Log in',
    ],
    [
      'an XML document of somebody else',
      plain('<health><status>ok</status></health>'),
      'HTTP 200 without an API answer: ok',
    ],
    ['a 503 without a body', plain('', 503), 'HTTP 503 without an API answer'],
    ['a redirection', plain('', 302), 'HTTP 302 without an API answer'],
    [
      'half a JSON document',
      plain('{"RequestId":"R","Jo', 200, 'application/json'),
      'HTTP 200 without an API answer: {"RequestId":"R","Jo',
    ],
    ['half an XML document', plain('<A><RequestId>R</RequestId><Jobs>'), 'HTTP 200 without an API answer: R'],
    ['a JSON list', plain('[]'), 'HTTP 200 without an API answer: []'],
  ])('%s is unreadable, and worth another try', async (_, reply, message) => {
    const { server, transport } = await against(reply);
    const error = await failure(transport.call('A', {}));
    expect(error).toMatchObject({ code: 'UnreadableAnswer', class: 'transient', facts: { message } });
    expect(server.seen).toHaveLength(1);
  });
});

describe('a signature that does not match', () => {
  const mismatch =
    (serverSide: (params: Record<string, string>) => string, code = 'SignatureDoesNotMatch'): Reply =>
    (response, request, message) => {
      const text = `Specified signature is not matched with our calculation. server string to sign is:${serverSide(request.params)}`;
      json({ RequestId: 'R', Code: code, Message: text }, 400)(response, request, message);
    };
  const credentials = async () => ({ accessKeyId: 'id', accessKeySecret, securityToken });

  it.each(['SignatureDoesNotMatch', 'IncompleteSignature'])(
    'over the same string means a wrong secret (%s)',
    async (code) => {
      const { transport } = await against(
        mismatch((params) => stringToSign('POST', params), code),
        { credentials },
      );
      const error = await failure(transport.call('A', { Name: 'x y' }));
      expect(error).toMatchObject({ code, class: 'account' });
      expect(error.facts.message).toBe(
        'Specified signature is not matched with our calculation. The service signed the same string, so the AccessKey secret is wrong',
      );
      expect(error.remedy).toMatch(/^The AccessKey secret is wrong/);
    },
  );

  it.each([
    [
      'a parameter that was changed',
      (p: Record<string, string>) => stringToSign('POST', { ...p, Name: 'z' }),
      '(Name)',
    ],
    [
      'a parameter that was added',
      (p: Record<string, string>) => stringToSign('POST', { ...p, Via: 'z' }),
      '(Via)',
    ],
    ['another method', (p: Record<string, string>) => stringToSign('GET', p), '(method GET, sent as POST)'],
    ['nothing', () => '', 'did'],
  ])('over %s means that something between changed the request', async (_, serverSide, where) => {
    const { transport } = await against(mismatch(serverSide), { credentials });
    const error = await failure(transport.call('A', { Name: 'x y' }));
    expect(error.facts.message).toContain('something between changed the request');
    expect(error.facts.message).toContain(where);
    expect(error.remedy).toMatch(/proxy/);
  });

  it.each<[string, (headers: Record<string, string>) => Record<string, string>, string | undefined]>([
    ['the same string', (headers) => headers, undefined],
    ['another host', (headers) => ({ ...headers, host: 'gateway.example.com' }), '(host)'],
    [
      'a changed token',
      (headers) => ({ ...headers, 'x-acs-security-token': 'other' }),
      '(x-acs-security-token)',
    ],
    ['an added header', (headers) => ({ ...headers, 'x-acs-trace': 'via' }), '(x-acs-trace)'],
  ])('in V3 over %s is explained, without the strings', async (_, theirs, where) => {
    for (const lineBreak of ['\n', '\\n']) {
      const { transport } = await against(
        (response, { headers, body }, message) => {
          const seen = theirs(headers as Record<string, string>);
          const canonical = canonicalRequest({ method: 'POST', headers: seen, bodyHash: sha256(body) });
          const said = `${stringToSignV3(canonical)}, server canonicalRequest is:${canonical}`;
          const Message = `Specified signature does not match our calculation. server string to sign is:${said.replaceAll('\n', lineBreak)}`;
          json({ RequestId: 'R', Code: 'SignatureDoesNotMatch', Message }, 400)(
            response,
            { headers, body } as never,
            message,
          );
        },
        { credentials, signature: 'v3' },
      );
      const error = await failure(transport.call('A', { Name: 'x y' }));
      expect(error.facts.message).toContain(
        where ? `something between changed the request` : 'the AccessKey secret is wrong',
      );
      if (where) expect(error.facts.message).toContain(where);
      expect(inspect(error, { depth: 12 })).not.toContain(securityToken);
      expect(error.facts.message).not.toMatch(/[0-9a-f]{64}|x-acs-date:/);
    }
  });

  it("keeps the service's words when it does not tell what it signed", async () => {
    const { transport } = await against(
      json({ RequestId: 'R', Code: 'SignatureDoesNotMatch', Message: 'The signature is wrong.' }, 400),
    );
    const error = await failure(transport.call('A', {}));
    expect(error.facts.message).toBe('The signature is wrong.');
    expect(error.remedy).toMatch(/ALIBABA_CLOUD_ACCESS_KEY_SECRET/);
  });
});

const signatureOf = ({ params, headers }: { params: Record<string, string>; headers: IncomingHttpHeaders }) =>
  params.Signature ?? /Signature=(\w+)$/.exec(headers.authorization ?? '')?.[1] ?? 'none';

describe.each<SignatureKind>(['1.0', 'v3'])('with signature %s no error tells', (kind) => {
  const echo = (text: (params: Record<string, string>, url: string) => string, status: number): Reply => {
    return (response, request, message) =>
      plain(text(request.params, message.url ?? ''), status)(response, request, message);
  };
  const echoHeaders = (status: number, Code?: string): Reply => {
    return (response, request, message) => {
      const said = JSON.stringify(request.headers).replaceAll('"', "'");
      const body = Code ? JSON.stringify({ Code, Message: `no ${said}` }) : `<pre>${said}</pre>`;
      plain(body, status)(response, request, message);
    };
  };
  it.each<[string, Reply]>([
    [
      'a page that quotes the address',
      echo((_, url) => `<pre>Cannot GET ${url.replaceAll('&', '&amp;')}</pre>`, 404),
    ],
    ['a page that quotes the parameters', echo((params) => JSON.stringify(params), 404)],
    [
      'a message that quotes the address',
      echo((_, url) => JSON.stringify({ Code: 'A', Message: `no ${url}` }), 400),
    ],
    [
      'a string to sign',
      echo(
        (p) =>
          JSON.stringify({
            Code: 'SignatureDoesNotMatch',
            Message: `x server string to sign is:${stringToSign('POST', p)}`,
          }),
        400,
      ),
    ],
    [
      'a string to sign that differs',
      echo(
        (p) =>
          JSON.stringify({
            Code: 'SignatureDoesNotMatch',
            Message: `x server string to sign is:GET${stringToSign('POST', p)}`,
          }),
        400,
      ),
    ],
    ['a page that quotes the headers', echoHeaders(403)],
    ['a message that quotes the headers', echoHeaders(400, 'Forbidden')],
    ['a reset', (_, { socket }) => socket.resetAndDestroy()],
    ['a timeout', () => {}],
  ])('the secret, the token or the signature: %s', async (_, reply) => {
    const { server, transport } = await against(reply, {
      timeoutMs: 300,
      signature: kind,
      credentials: async () => ({ accessKeyId: 'id', accessKeySecret, securityToken }),
    });
    const error = await failure(transport.call('A', {}));
    const everything = inspect(error, { depth: 12, showHidden: true }) + JSON.stringify(error.facts);
    for (const secret of [accessKeySecret, securityToken, signatureOf(server.seen[0]!)]) {
      for (const form of [
        secret,
        encodeURIComponent(secret),
        encodeURIComponent(encodeURIComponent(secret)),
      ]) {
        expect(everything.includes(form)).toBe(false);
      }
    }
  });
});

describe('a page that is no answer costs no more than it is long', () => {
  const length = 1_000_000;
  it.each<[string, string]>([
    ['of openings', '<'.repeat(length)],
    ['of titles', '<title'.repeat(length / 6)],
    ['of blanks', `${' '.repeat(length)}x`],
    ['of tags', '<b>x</b>'.repeat(length / 8)],
    ['of what looks like a secret', 'Signature='.repeat(length / 10)],
  ])('%s', async (_, page) => {
    const { transport } = await against(plain(page, 502));
    const startedAt = performance.now();
    const error = await failure(transport.call('A', {}));
    const tookMs = performance.now() - startedAt;
    expect(error.code).toBe('UnreadableAnswer');
    expect(error.message.length).toBeLessThan(300);
    // Quadratic work on a megabyte takes minutes.
    expect(tookMs).toBeLessThan(10_000);
  });

  it('of a message that nobody reads to its end', async () => {
    const Message = `server string to sign is:${'"'.repeat(length)}x`;
    const { transport } = await against(json({ Code: 'SignatureDoesNotMatch', Message }, 400));
    expect((await failure(transport.call('A', {}))).message.length).toBeLessThan(3_000);
    const said = await against(json({ Code: 'InternalError', Message: 'x'.repeat(length) }, 500));
    expect((await failure(said.transport.call('A', {}))).message.length).toBeLessThan(3_000);
  });
});

it('an answer of fifty jobs with sixteen disks each and all their partitions is read', async () => {
  const parts = Array.from({ length: 16 }, (_, i) => ({
    Device: `1_${i}`,
    SizeBytes: 10 ** 12,
    Block: true,
  }));
  const disks = Array.from({ length: 16 }, (_, i) => ({
    Index: i + 1,
    Size: 32_768,
    Parts: { Part: parts },
  }));
  const jobs = Array.from({ length: 50 }, (_, i) => ({ JobId: `j-${i}`, DataDisks: { DataDisk: disks } }));
  const { transport } = await against(json({ RequestId: 'R', ReplicationJobs: { ReplicationJob: jobs } }));
  expect(await transport.call('DescribeReplicationJobs', {})).toMatchObject({ RequestId: 'R' });
});
