import { userAgent } from '../../src/http';
import {
  canonicalRequest,
  createTransport,
  type SignatureKind,
  sha256,
  signature,
  signatureV3,
  stringToSign,
  stringToSignV3,
} from '../../src/smc';
import { json, plain } from './a-server';
import { accessKeySecret, against, endAll, failure, securityToken } from './a-transport';

afterEach(endAll);

describe('a call', () => {
  it('is signed, dated and named, and gives the answer', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }));
    expect(await transport.call('DescribeReplicationJobs', { Name: 'a b*~迁移', PageSize: '50' })).toEqual({
      RequestId: 'R',
    });
    const { method, params } = server.seen[0]!;
    expect(method).toBe('POST');
    expect(params).toMatchObject({
      Action: 'DescribeReplicationJobs',
      Version: '2019-06-01',
      Format: 'JSON',
      AccessKeyId: 'LTAI-id',
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      Name: 'a b*~迁移',
    });
    expect(params).not.toHaveProperty('SecurityToken');
    expect(params.Signature).toBe(signature(stringToSign('POST', params), accessKeySecret));
  });

  it('asks for the credentials anew, and sends a security token that they have', async () => {
    let asked = 0;
    const { server, transport } = await against(json({ RequestId: 'R' }), {
      credentials: async () => ({ accessKeyId: `id-${++asked}`, accessKeySecret, securityToken }),
    });
    await transport.call('A', {});
    await transport.call('A', {});
    expect(server.seen.map(({ params }) => [params.AccessKeyId, params.SecurityToken])).toEqual([
      ['id-1', securityToken],
      ['id-2', securityToken],
    ]);
    const { params } = server.seen[0]!;
    expect(params.Signature).toBe(signature(stringToSign('POST', params), accessKeySecret));
  });

  it('reuses the connections of those before', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }));
    for (let i = 0; i < 10; i++) await transport.call('A', {});
    // A second one, because an answer is here a moment before its connection counts as free.
    expect(new Set(server.seen.map((request) => request.socket)).size).toBeLessThanOrEqual(2);
  });

  it('opens no more connections than it may', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }), { connections: 2 });
    await Promise.all(Array.from({ length: 12 }, () => transport.call('A', {})));
    expect(new Set(server.seen.map((request) => request.socket)).size).toBeLessThanOrEqual(2);
  });

  it.each(['', 'http://', 'http://a b'])('to %j cannot be made', (endpoint) => {
    expect(() =>
      createTransport({ endpoint, credentials: async () => ({ accessKeyId: '', accessKeySecret }) }),
    ).toThrow(/SMC_ENDPOINT/);
  });
});

describe('a call signed with V3', () => {
  it('has its signature, its date, its nonce and its token in headers, and its parameters in the body', async () => {
    const credentials = async () => ({ accessKeyId: 'LTAI-id', accessKeySecret, securityToken });
    const { server, transport } = await against(json({ RequestId: 'R' }), { signature: 'v3', credentials });
    await transport.call('DescribeReplicationJobs', { Name: 'a b*~迁移', 'JobId.1': 'j-1' });
    const { headers, body, params } = server.seen[0]!;
    expect(params).toEqual({ Name: 'a b*~迁移', 'JobId.1': 'j-1', Format: 'JSON' });
    const bodyHash = sha256(body);
    expect(headers).toMatchObject({
      'x-acs-action': 'DescribeReplicationJobs',
      'x-acs-version': '2019-06-01',
      'x-acs-date': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      'x-acs-signature-nonce': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-acs-content-sha256': bodyHash,
      'x-acs-security-token': securityToken,
    });
    const seen = headers as Record<string, string>;
    const text = stringToSignV3(canonicalRequest({ method: 'POST', headers: seen, bodyHash }));
    const names =
      'content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version';
    expect(headers.authorization).toBe(
      `ACS3-HMAC-SHA256 Credential=LTAI-id,SignedHeaders=${names},Signature=${signatureV3(text, accessKeySecret)}`,
    );
  });
});

describe.each<SignatureKind>(['1.0', 'v3'])('a call signed with %s', (kind) => {
  const credentials = async () => ({ accessKeyId: 'LTAI-id', accessKeySecret, securityToken });

  it('has nothing in its URL, which logs keep, and names the program that calls', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }), { signature: kind, credentials });
    await transport.call('DescribeReplicationJobs', { Name: 'web' });
    await transport.call('CreateReplicationJob', { ReplicationParameters: 'x'.repeat(8_000) });
    for (const { method, url, headers } of server.seen) {
      expect([method, url]).toEqual(['POST', '/']);
      expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
      expect(headers['user-agent']).toBe(userAgent());
    }
    expect(userAgent()).toMatch(/^smc-batch\/\d+\.\d+\.\d+/);
  });

  it('has a nonce of its own', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }), { signature: kind });
    await Promise.all([1, 2, 3].map(() => transport.call('StartReplicationJob', { JobId: 'j-1' })));
    const nonces = server.seen.map(
      ({ params, headers }) => params.SignatureNonce ?? headers['x-acs-signature-nonce'],
    );
    expect(new Set(nonces).size).toBe(3);
  });

  it('with half a character is refused before it is sent', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }), { signature: kind });
    expect(await failure(transport.call('A', { Name: '\ud800' }))).toMatchObject({
      code: 'InvalidParameter',
    });
    expect(server.seen).toHaveLength(0);
  });
});

describe('an answer is understood', () => {
  const body = { RequestId: 'R', ReplicationJobs: { ReplicationJob: [] } };
  it.each([
    ['with the wrong content type', plain(JSON.stringify(body), 200, 'text/html')],
    ['with a byte order mark', plain(`\ufeff${JSON.stringify(body)}`)],
    ['with a status of 202', json(body, 202)],
  ])('%s', async (_, reply) => {
    const { transport } = await against(reply);
    expect(await transport.call('DescribeReplicationJobs', {})).toEqual(body);
  });

  it('in XML, when asked for, whatever its root is called and with every value as text', async () => {
    const { server, transport } = await against(
      plain(
        `<?xml version="1.0" encoding="UTF-8"?>
        <DescribeSourceServersReponse>
          <RequestId>R</RequestId><TotalCount>1</TotalCount>
          <SourceServers><SourceServer><SourceId>s-1</SourceId><Name>007</Name><AgentVersion>1.50</AgentVersion>
            <StatusInfo>{&quot;error_code&quot;: &#34;S1&#34;, "x": "&amp;lt;"}</StatusInfo><DataDisks/></SourceServer></SourceServers>
        </DescribeSourceServersReponse>`,
        200,
        'text/xml',
      ),
      { format: 'XML' },
    );
    expect(await transport.call('DescribeSourceServers', {})).toEqual({
      RequestId: 'R',
      TotalCount: '1',
      SourceServers: {
        SourceServer: {
          SourceId: 's-1',
          Name: '007',
          AgentVersion: '1.50',
          StatusInfo: '{"error_code": "S1", "x": "&lt;"}',
          DataDisks: '',
        },
      },
    });
    expect(server.seen[0]!.params.Format).toBe('XML');
  });

  it('in XML though JSON was asked for', async () => {
    const { transport } = await against(
      plain('<DeleteReplicationJobResponse><RequestId>R</RequestId></DeleteReplicationJobResponse>'),
    );
    expect(await transport.call('StopReplicationJob', {})).toEqual({ RequestId: 'R' });
  });

  it('in XML of fifty jobs with much quoting', async () => {
    const info = '{&quot;error_msg&quot;: &quot;a &lt;b&gt; &amp; &#39;c&#39;&quot;}'.repeat(50);
    const job = `<ReplicationJob><JobId>j-1</JobId><StatusInfo>${info}</StatusInfo></ReplicationJob>`;
    const { transport } = await against(
      plain(`<A><RequestId>R</RequestId><ReplicationJobs>${job.repeat(50)}</ReplicationJobs></A>`),
    );
    const answer = (await transport.call('A', {})) as {
      ReplicationJobs: { ReplicationJob: { StatusInfo: string }[] };
    };
    expect(answer.ReplicationJobs.ReplicationJob).toHaveLength(50);
    expect(answer.ReplicationJobs.ReplicationJob[49]!.StatusInfo).toBe(
      '{"error_msg": "a <b> & \'c\'"}'.repeat(50),
    );
  });
});

describe('the caller who ends the wait', () => {
  it('gets the reason of its signal', async () => {
    const { transport } = await against(() => wait.abort(new Error('the activity was cancelled')));
    const wait = new AbortController();
    await expect(transport.call('A', {}, { signal: wait.signal })).rejects.toThrow(
      'the activity was cancelled',
    );
  });

  it('in advance sends nothing', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }));
    await expect(transport.call('A', {}, { signal: AbortSignal.abort(new Error('late')) })).rejects.toThrow(
      'late',
    );
    expect(server.seen).toHaveLength(0);
  });
});
