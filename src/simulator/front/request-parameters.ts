import type { WireParams } from '../../smc';
import { ApiError } from '../api-error';

/** More parameters than any operation has: a request with more is refused at once. */
const maxParameters = 2_000;

/**
 * Reads `name=value&…` (a query or a form body) into the parameters; a later value replaces an earlier one.
 * Throws an {@link ApiError} when it is not percent-encoded UTF-8.
 */
export function readParameters(encoded: string, into: WireParams = emptyParameters()): WireParams {
  if (encoded === '') return into;
  const pairs = encoded.split('&', maxParameters + 1);
  if (pairs.length > maxParameters)
    throw new ApiError('InvalidParameter', 'The request has too many parameters.');
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    if (name === '') continue;
    into[name] = equals === -1 ? '' : decode(pair.slice(equals + 1));
  }
  return into;
}

/** No prototype, so that a parameter may have any name. */
export function emptyParameters(): WireParams {
  return Object.create(null) as WireParams;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new ApiError('InvalidParameter', 'The request is not percent-encoded UTF-8.');
  }
}
