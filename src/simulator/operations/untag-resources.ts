import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { ApiError } from '../api-error';
import { flag, indices, maxTags, text } from '../parameters/parameters';
import { requiredResources, resourceKind } from '../parameters/tags';

/** SMC: UntagResources removes the named tags, or all tags with `All`. A tag that does not exist is ignored. */
export function untagResources(account: SimulatedAccount, params: WireParams): object {
  const kind = resourceKind(params);
  const resources = requiredResources(account, params, kind);
  const keys = indices(params, 'TagKey').flatMap((i) => text(params, `TagKey.${i}`) ?? []);
  if (keys.length > maxTags)
    throw new ApiError('NumberExceed.Tags', `At most ${maxTags} TagKey.N may be given.`);
  const all = flag(params, 'All') ?? false;
  if (keys.length === 0 && !all)
    throw new ApiError(
      'MissingParameter.TagKey',
      'TagKey.N is mandatory for this action unless All is true.',
    );
  for (const { id, tags } of resources) {
    const kept = keys.length === 0 ? [] : tags.filter((tag) => !keys.includes(tag.key));
    tags.splice(0, tags.length, ...kept);
    if (kind === 'sourceserver' && tags.length === 0) account.taggedSources.delete(id);
  }
  return {};
}
