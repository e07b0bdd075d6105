import type { WireParams } from '../../smc';
import { ApiError, invalid, missing } from '../api-error';

/** The value of a parameter; undefined when it is empty or not given. */
export function text(params: WireParams, name: string): string | undefined {
  return params[name] || undefined;
}

/** The value of a required parameter; without it the call is refused as `Missing…`. */
export function requiredText(params: WireParams, name: string): string {
  const value = text(params, name);
  if (value === undefined) throw missing(name);
  return value;
}

/** A whole number between two bounds. */
export function integer(
  params: WireParams,
  name: string,
  bounds: { min: number; max: number },
): number | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= bounds.min && number <= bounds.max))
    throw invalid(name, `a whole number from ${bounds.min} to ${bounds.max}`);
  return number;
}

/** `true` or `false`, in any case. */
export function flag(params: WireParams, name: string): boolean | undefined {
  const value = text(params, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw invalid(name, 'true or false');
  return value === 'true';
}

/** The indices N of the parameters `prefix.N` and `prefix.N.…`, ascending. */
export function indices(params: WireParams, prefix: string): number[] {
  const found = new Set<number>();
  const start = `${prefix}.`;
  for (const name in params) {
    if (!name.startsWith(start)) continue;
    const end = name.indexOf('.', start.length);
    const index = name.slice(start.length, end === -1 ? undefined : end);
    if (!/^[1-9]\d{0,4}$/.test(index)) throw invalid(name, 'list indices are numbers from 1');
    found.add(Number(index));
  }
  return [...found].sort((a, b) => a - b);
}

/** The values of `prefix.1`, `prefix.2`, …; undefined when there are none. */
export function texts(params: WireParams, prefix: string, max: number): string[] | undefined {
  const values = indices(params, prefix).flatMap((i) => text(params, `${prefix}.${i}`) ?? []);
  if (values.length > max)
    throw new ApiError(`NumberExceed.${prefix}`, `At most ${max} ${prefix}.N may be given.`);
  return values.length > 0 ? values : undefined;
}

/** Page number and size, with the API's defaults 1 and 10. */
export function paging(params: WireParams): { pageNumber: number; pageSize: number } {
  return {
    pageNumber: integer(params, 'PageNumber', { min: 1, max: 999_999_999 }) ?? 1,
    pageSize: integer(params, 'PageSize', { min: 1, max: 50 }) ?? 10,
  };
}

/** A filter by tags: a key, with or without a value. */
export interface TagFilter {
  key: string;
  value: string | undefined;
}

/** The most tags of a resource, and of a request. */
export const maxTags = 20;

/** `Tag.N.Key` and `Tag.N.Value` as a filter; a value without its key is refused. */
export function tagFilters(params: WireParams): TagFilter[] {
  const numbers = indices(params, 'Tag');
  if (numbers.length > maxTags)
    throw new ApiError('NumberExceed.Tags', `At most ${maxTags} tags may be given.`);
  return numbers.map((i) => {
    const key = text(params, `Tag.${i}.Key`);
    if (key === undefined)
      throw new ApiError('InvalidParameter.TagValue', `Tag.${i}.Value is given without its Key.`);
    return { key, value: text(params, `Tag.${i}.Value`) };
  });
}
