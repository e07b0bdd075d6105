import { randomUUID } from 'node:crypto';
import type { ApiError } from '../api-error';

/** The format of an answer. */
export type Format = 'JSON' | 'XML';

/** An answer ready to be sent. */
export interface WrittenAnswer {
  httpStatus: number;
  contentType: string;
  body: string;
}

/** The parameter `Format`, in upper or lower case; any other value means JSON. */
export function formatOf(value: string | undefined): Format {
  return value?.toUpperCase() === 'XML' ? 'XML' : 'JSON';
}

/** An operation's answer, with a RequestId of its own. */
export function writeAnswer(action: string, answer: object, format: Format): WrittenAnswer {
  return write(`${action}Response`, { RequestId: newRequestId(), ...answer }, 200, format);
}

/** A refusal, in the API's error body. */
export function writeError(error: ApiError, format: Format): WrittenAnswer {
  const requestId = newRequestId();
  const body = {
    RequestId: requestId,
    HostId: 'smc.aliyuncs.com',
    Code: error.code,
    Message: error.message,
    Recommend: `https://api.alibabacloud.com/troubleshoot?q=${encodeURIComponent(error.code)}&product=smc&requestId=${requestId}`,
  };
  return write('Error', body, error.httpStatus, format);
}

function write(root: string, body: object, httpStatus: number, format: Format): WrittenAnswer {
  return format === 'XML'
    ? {
        httpStatus,
        contentType: 'text/xml;charset=utf-8',
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, body)}`,
      }
    : { httpStatus, contentType: 'application/json;charset=utf-8', body: JSON.stringify(body) };
}

const newRequestId = () => randomUUID().toUpperCase();

/** A list repeats its element. An empty list has no element, so the element around it is empty. */
function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('');
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([key, child]) => element(key, child))
          .join('')
      : escaped(String(value));
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escaped(text: string): string {
  // XML 1.0 allows no control characters and no lone surrogates, not even escaped.
  return text
    .replace(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (c) => entities[c]!);
}
