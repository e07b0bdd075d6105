import { createTransport, signature, stringToSign } from '../../src/smc';
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
    expect(method).toBe('GET');
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
    expect(params.Signature).toBe(signature(stringToSign('GET', params), accessKeySecret));
  });

  it('has a nonce of its own', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }));
    await Promise.all([1, 2, 3].map(() => transport.call('StartReplicationJob', { JobId: 'j-1' })));
    expect(new Set(server.seen.map((request) => request.params.SignatureNonce)).size).toBe(3);
  });

  it('that is long travels as a form, signed as a POST', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }));
    const ReplicationParameters = 'x'.repeat(4_000);
    await transport.call('CreateReplicationJob', { ReplicationParameters });
    const { method, params } = server.seen[0]!;
    expect([method, params.ReplicationParameters]).toEqual(['POST', ReplicationParameters]);
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
    expect(params.Signature).toBe(signature(stringToSign('GET', params), accessKeySecret));
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

  it('with half a character is refused before it is sent', async () => {
    const { server, transport } = await against(json({ RequestId: 'R' }));
    expect(await failure(transport.call('A', { Name: '\ud800' }))).toMatchObject({
      code: 'InvalidParameter',
    });
    expect(server.seen).toHaveLength(0);
  });

  it.each(['', 'http://', 'http://a b'])('to %j cannot be made', (endpoint) => {
    expect(() =>
      createTransport({ endpoint, credentials: async () => ({ accessKeyId: '', accessKeySecret }) }),
    ).toThrow(/SMC_ENDPOINT/);
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
