import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { ApiError, invalid } from '../api-error';
import { text } from '../parameters/parameters';
import { namedSource } from './find';

/** SMC: ModifySourceServerAttribute, in any state of the source. */
export function modifySourceServerAttribute(account: SimulatedAccount, params: WireParams): object {
  const source = namedSource(account, params);
  const name = text(params, 'Name');
  const description = text(params, 'Description');
  for (const [parameter, value] of [
    ['Name', name],
    ['Description', description],
  ] as const) {
    if (value && (value.length > 256 || /^https?:\/\//.test(value)))
      throw invalid(parameter, 'at most 256 characters, not beginning with http:// or https://');
  }
  if (name !== undefined && name !== source.name) {
    if (account.sourceNames.has(name))
      throw new ApiError('SourceServerName.Duplicate', `The source server name ${name} is used already.`);
    account.sourceNames.delete(source.name);
    account.sourceNames.set(name, source.sourceId);
    source.name = name;
  }
  if (description !== undefined) source.description = description;
  return {};
}
