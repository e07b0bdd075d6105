import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import type { SimulatedSource } from '../account/source-server';
import { notFound } from '../api-error';
import type { SimulatedJob } from '../jobs/replication-job';
import { requiredText } from '../parameters/parameters';

/** The job with this `JobId`; without one the call is refused. */
export function namedJob(account: SimulatedAccount, params: WireParams): SimulatedJob {
  const jobId = requiredText(params, 'JobId');
  const job = account.jobs.get(jobId);
  if (!job) throw notFound('JobId', jobId);
  return job;
}

/** The source with this `SourceId`; without one the call is refused. */
export function namedSource(account: SimulatedAccount, params: WireParams): SimulatedSource {
  const sourceId = requiredText(params, 'SourceId');
  const source = account.sources.get(sourceId);
  if (!source) throw notFound('SourceId', sourceId);
  return source;
}
