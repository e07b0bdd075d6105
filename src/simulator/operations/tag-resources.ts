import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import type { Tag } from '../account/source-server';
import { ApiError } from '../api-error';
import { indices, maxTags } from '../parameters/parameters';
import { requiredResources, resourceKind } from '../parameters/tags';

/** SMC: TagResources gives a tag with the same key the new value. It tags all resources, or none. */
export function tagResources(account: SimulatedAccount, params: WireParams): object {
  const kind = resourceKind(params);
  const resources = requiredResources(account, params, kind);
  const tags = givenTags(params);
  const merged = resources.map((resource) => {
    const byKey = new Map([...resource.tags, ...tags].map((tag) => [tag.key, tag]));
    if (byKey.size > maxTags)
      throw new ApiError(
        'NumberExceed.Tags',
        `The resource ${resource.id} would have more than ${maxTags} tags.`,
      );
    return [...byKey.values()];
  });
  resources.forEach((resource, i) => {
    resource.tags.splice(0, resource.tags.length, ...merged[i]!);
    if (kind === 'sourceserver') account.taggedSources.add(resource.id);
  });
  return {};
}

function givenTags(params: WireParams): Tag[] {
  const numbers = indices(params, 'Tag');
  if (numbers.length === 0)
    throw new ApiError('MissingParameter.TagKey', 'Tag.N.Key is mandatory for this action.');
  if (numbers.length > maxTags)
    throw new ApiError('NumberExceed.Tags', `At most ${maxTags} tags may be given.`);
  const tags = numbers.map((i) => ({
    key: params[`Tag.${i}.Key`] ?? '',
    value: params[`Tag.${i}.Value`] ?? '',
  }));
  for (const { key, value } of tags) {
    if (key.length < 1 || key.length > 128 || /^(aliyun|acs:)/.test(key) || /https?:\/\//.test(key))
      throw new ApiError('InvalidParameter.TagKey', `The tag key '${key}' is not valid.`);
    if (value.length < 1 || value.length > 128 || /https?:\/\//.test(value))
      throw new ApiError('InvalidParameter.TagValue', `The tag value '${value}' is not valid.`);
  }
  if (new Set(tags.map((tag) => tag.key)).size < tags.length)
    throw new ApiError('Duplicate.TagKey', 'A tag key is given twice.');
  return tags;
}
