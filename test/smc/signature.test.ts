import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenApiUtil from '@alicloud/openapi-util';
import RPCClient from '@alicloud/pop-core';
import fc from 'fast-check';
import { canonicalQuery, percentEncode, signature, stringToSign } from '../../src/smc';

const name = fc.oneof(
  fc.stringMatching(/^[A-Z][A-Za-z]{0,12}(\.\d{1,2}(\.[A-Z][a-z]{1,6})?)?$/),
  fc.string({ minLength: 1, unit: 'binary', maxLength: 12 }).filter((text) => text !== '__proto__'),
);
const value = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.stringMatching(/^[!'()*~ +%&=/?#[\]@:;,$"<>\\^`{|}-]{0,20}$/),
);
const params = fc
  .dictionary(name, value, { maxKeys: 12, noNullPrototype: true })
  .map(({ Signature: _, ...rest }) => rest);
const secret = fc.string({ minLength: 1 });

describe('Signature 1.0', () => {
  it('is the one that openapi-util gives, for any names and values', () => {
    fc.assert(
      fc.property(params, secret, fc.constantFrom('GET' as const, 'POST' as const), (given, key, method) => {
        const theirs = OpenApiUtil.getRPCSignature(given, method, key);
        expect(signature(stringToSign(method, given), key)).toBe(theirs);
      }),
      { numRuns: 500 },
    );
  });

  it('is the one that pop-core sends', async () => {
    const urls: string[] = [];
    const server = createServer((request, response) => {
      urls.push(request.url ?? '');
      response.end('{"RequestId":"R"}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const client = new RPCClient({
      accessKeyId: 'id',
      accessKeySecret: 'key',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      apiVersion: '2019-06-01',
      opts: { agent: false },
    });
    try {
      for (const Name of ["a b*c~!'()", '数据库-01', '', '100%', 'a&b=c']) {
        await client.request('DescribeReplicationJobs', { Name, JobId: ['j-1', 'j-2'] }, {});
      }
    } finally {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
    expect(urls).toHaveLength(5);
    for (const url of urls) {
      const sent = Object.fromEntries(new URL(url, 'http://localhost').searchParams);
      expect(signature(stringToSign('GET', sent), 'key')).toBe(sent.Signature);
    }
  });

  it('covers every parameter but Signature itself', () => {
    const plain = { Action: 'StartReplicationJob', JobId: 'j-1' };
    expect(stringToSign('GET', { ...plain, Signature: 'x' })).toBe(stringToSign('GET', plain));
    expect(stringToSign('POST', plain)).toBe('POST&%2F&Action%3DStartReplicationJob%26JobId%3Dj-1');
  });

  it.each([
    [' ', '%20'],
    ['*', '%2A'],
    ['~', '~'],
    ['+', '%2B'],
    ["!'()", '%21%27%28%29'],
    ['a-Z_0.9', 'a-Z_0.9'],
    ['迁移', '%E8%BF%81%E7%A7%BB'],
    ['😀', '%F0%9F%98%80'],
  ])('encodes %j as RFC 3986 does', (text, encoded) => {
    expect(percentEncode(text)).toBe(encoded);
  });

  it('gives a query that a server reads back unchanged', () => {
    fc.assert(
      fc.property(params, (given) => {
        expect(Object.fromEntries(new URLSearchParams(canonicalQuery(given)))).toEqual(given);
      }),
    );
  });
});
