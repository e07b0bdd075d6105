import { simulatorCredentials } from '../../src/simulator';
import { createVerifier } from '../../src/simulator/front/verify';
import {
  acs3,
  canonicalRequest,
  sha256,
  signature,
  signatureV3,
  stringToSign,
  stringToSignV3,
  type WireParams,
} from '../../src/smc';
import recorded from './official-requests.json';

// Requests of official SDKs for several languages, which `node scripts/official-sdks.mjs` has recorded.

interface Recorded {
  sdk: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

const { accessKeySecret } = simulatorCredentials;
const requests = (recorded as unknown as Recorded[]).map((request, i) => {
  const { headers, url, body, sdk } = request;
  const query = Object.fromEntries(new URL(url, 'http://localhost').searchParams) as WireParams;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const form = isForm ? (Object.fromEntries(new URLSearchParams(body)) as WireParams) : {};
  const kind = headers.authorization?.startsWith(acs3) ? 'v3' : '1.0';
  const title = `${i + 1}, ${sdk.split(':')[0]}, ${kind}, parameters in the ${'Name' in form ? 'body' : 'query'}`;
  return {
    ...request,
    method: request.method as 'GET' | 'POST',
    title,
    query,
    params: { ...query, ...form },
    kind,
  };
});

test.each(['node', 'python', 'go'])(
  'the SDK for %s has signed in both ways, with its parameters in both places',
  (language) => {
    const ours = requests
      .filter(({ sdk }) => sdk.startsWith(`${language}:`))
      .map(({ title }) => title.split(', ').slice(2).join(', '));
    expect(new Set(ours)).toEqual(
      new Set(
        ['1.0', 'v3'].flatMap((kind) =>
          ['body', 'query'].map((place) => `${kind}, parameters in the ${place}`),
        ),
      ),
    );
  },
);

test.each(requests)(
  'our signature is that of request $title',
  ({ method, headers, query, params, body, kind }) => {
    if (kind === '1.0') {
      expect(signature(stringToSign(method, params), accessKeySecret)).toBe(params.Signature);
      return;
    }
    const bodyHash = sha256(body);
    const [, names, given] = /SignedHeaders=([^,]+),\s*Signature=(\w+)/.exec(headers.authorization!)!;
    const text = stringToSignV3(
      canonicalRequest({ method, query, headers, bodyHash, names: names!.split(';') }),
    );
    expect(headers['x-acs-content-sha256']).toBe(bodyHash);
    expect(signatureV3(text, accessKeySecret)).toBe(given);
  },
);

test.each(requests)(
  'the simulator accepts request $title at its time, and refuses it with another name',
  (request) => {
    const { method, headers, query, params, body } = request;
    const at = Date.parse(params.Timestamp ?? headers['x-acs-date']!);
    jest.spyOn(Date, 'now').mockReturnValue(at);
    try {
      const verify = (changed: string, wholeQuery: WireParams, whole: WireParams) =>
        createVerifier(simulatorCredentials)({
          method,
          headers,
          query: wholeQuery,
          params: whole,
          body: Buffer.from(changed),
        });
      expect(() => verify(body, query, params)).not.toThrow();
      const other = { Name: 'other' };
      expect(() => verify(`${body}x`, { ...query, ...other }, { ...params, ...other })).toThrow(
        /not match|hash|signature/i,
      );
    } finally {
      jest.restoreAllMocks();
    }
  },
);
