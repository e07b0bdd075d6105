import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { type SimulatedSource, sourceAnswer, sourceState } from '../account/source-server';
import { paging, tagFilters, text, texts } from '../parameters/parameters';
import { hasTags } from '../parameters/tags';

/** SMC: DescribeSourceServers; filters are ANDed, the oldest source comes first. */
export function describeSourceServers(account: SimulatedAccount, params: WireParams): object {
  const { newerFields } = account.options;
  const { pageNumber, pageSize } = paging(params);
  const sourceIds = texts(params, 'SourceId', 50);
  const jobId = text(params, 'JobId');
  const state = text(params, 'State');
  const name = text(params, 'Name');
  const tags = newerFields ? tagFilters(params) : [];

  const byId = (ids: Iterable<string | undefined>) =>
    [...new Set(ids)].flatMap((id) => (id === undefined ? [] : (account.sources.get(id) ?? [])));
  let found: readonly SimulatedSource[];
  if (sourceIds) found = byId(sourceIds);
  else if (name) found = byId([account.sourceNames.get(name)]);
  else if (jobId) found = byId([account.jobs.get(jobId)?.sourceId]);
  else if (tags.length > 0) found = byId(account.taggedSources);
  else found = account.sourceList();

  if (name) found = found.filter((source) => source.name === name);
  if (jobId) found = found.filter((source) => source.lastJobId === jobId);
  if (state) found = found.filter((source) => isState(source, state));
  if (tags.length > 0) found = found.filter((source) => hasTags(source.tags, tags));
  return {
    TotalCount: found.length,
    PageNumber: pageNumber,
    PageSize: pageSize,
    SourceServers: {
      SourceServer: found
        .slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
        .map((source) => sourceAnswer(source, newerFields)),
    },
  };
}

/** Some texts of the API say Active for Available, and Inactive or InError for Unavailable. */
function isState(source: SimulatedSource, wanted: string): boolean {
  const state = sourceState(source);
  switch (wanted.toLowerCase()) {
    case 'active':
      return state === 'Available';
    case 'inactive':
      return state === 'Unavailable' && source.offline;
    case 'inerror':
      return state === 'Unavailable' && source.error !== undefined;
    default:
      return state.toLowerCase() === wanted.toLowerCase();
  }
}
