import { createHmac } from 'node:crypto';

/** Parameters in the form of a request: names and values are strings, lists are flattened (`JobId.1`). */
export type WireParams = Record<string, string>;

/**
 * Percent-encodes by RFC 3986: only letters, digits, `-`, `_`, `.` and `~` stay.
 * Throws a URIError on a lone surrogate, which has no UTF-8 form.
 */
export function percentEncode(text: string): string {
  // encodeURIComponent does not encode five characters that RFC 3986 reserves.
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `name=value` pairs, sorted by name and percent-encoded: the query string, and the text that Signature 1.0 covers. */
export function canonicalQuery(params: WireParams): string {
  return Object.keys(params)
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(params[name] ?? '')}`)
    .join('&');
}

/** The string that Signature 1.0 signs: the method, the path `/` and all parameters but `Signature`. */
export function stringToSign(method: 'GET' | 'POST', params: WireParams): string {
  const { Signature: _, ...signed } = params;
  return `${method}&%2F&${percentEncode(canonicalQuery(signed))}`;
}

/** Base64 HMAC-SHA1 of the string to sign, under the AccessKey secret followed by `&`. */
export function signature(text: string, accessKeySecret: string): string {
  return createHmac('sha1', `${accessKeySecret}&`).update(text, 'utf8').digest('base64');
}
