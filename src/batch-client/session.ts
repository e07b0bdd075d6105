import { type Client, isGrpcServiceError } from '@temporalio/client';
import { connectClient, grpcStatus, type TemporalSettings, temporalSettings } from '../temporal';
import { SmcBatchError } from './batch-error';

/**
 * Runs `work` with a connected Temporal client and closes it, whatever happens. Throws a {@link SmcBatchError} with
 * what Temporal said, or that it said nothing, where `work` has no answer to that.
 */
export async function withClient<T>(
  work: (client: Client, settings: TemporalSettings) => Promise<T>,
): Promise<T> {
  const settings = temporalSettings();
  const client = await connectClient(settings);
  try {
    return await work(client, settings);
  } catch (error) {
    const reason = isGrpcServiceError(error) ? error : (error as Error | undefined)?.cause;
    if (!isGrpcServiceError(reason)) throw error;
    throw new SmcBatchError('TemporalUnavailable', temporalSentence(settings, reason), { cause: error });
  } finally {
    await client.connection.close();
  }
}

/** What went wrong between this command and Temporal: a refusal is one only where Temporal has answered. */
export function temporalSentence(
  { address, namespace }: Pick<TemporalSettings, 'address' | 'namespace'>,
  { code, details, message }: { code: number; details: string; message: string },
): string {
  const said = (details || message).replace(/\.$/, '');
  if (code === grpcStatus.UNAVAILABLE)
    return `Temporal at ${address} has stopped answering: ${said}. Check that it runs, then run the command again.`;
  if (code === grpcStatus.DEADLINE_EXCEEDED || code === grpcStatus.CANCELLED)
    return `Temporal at ${address} did not answer in time: ${said}. Check that the batch has a worker, then run the command again: smc-batch doctor`;
  if (code === grpcStatus.UNIMPLEMENTED)
    return `What answers at ${address} is not a Temporal server: ${said}. Check TEMPORAL_ADDRESS: smc-batch doctor`;
  return `Temporal at ${address} (namespace ${namespace}) refused the call: ${said}. Check TEMPORAL_ADDRESS, then TEMPORAL_NAMESPACE: smc-batch doctor`;
}
