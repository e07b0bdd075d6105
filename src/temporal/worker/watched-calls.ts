import { Context } from '@temporalio/activity';
import { placeOfWorkflow } from '../../../workflows/contract/ids';
import type { Meter } from '../../metrics';
import { isAboutIdentity, SmcError, type Transport } from '../../smc';

/** Takes a line of the log. */
export type Note = (message: string, fields: Record<string, unknown>) => void;

const reads = /^(Describe|List)/;

/**
 * A transport that counts each call, and notes each one that changes something in the account, with its batch and server where an
 * activity makes it.
 */
export function watchCalls(transport: Transport, meter: Meter, note: Note): Transport {
  return {
    ...transport,
    async call(action, params, options) {
      const since = performance.now();
      const told = (code: string, requestId: unknown, answer?: object) => {
        meter.apiCalled(action, code, (performance.now() - since) / 1000);
        if (reads.test(action)) return;
        const { SourceId, JobId, ResourceType, 'ResourceId.1': tagged } = params;
        const job = JobId ?? (answer as { JobId?: string } | undefined)?.JobId;
        const ofTag = ResourceType === 'sourceserver' ? { source: tagged } : { job: tagged };
        const facts = { operation: action, job, source: SourceId, ...(tagged && ofTag), code, requestId };
        note(code === 'OK' ? 'SMC has accepted a call' : 'SMC has refused a call', { ...place(), ...facts });
      };
      try {
        const answer = await transport.call(action, params, options);
        told('OK', (answer as { RequestId?: string })?.RequestId, answer as object);
        return answer;
      } catch (error) {
        const isCancelled = !(error instanceof SmcError);
        told(isCancelled ? 'Cancelled' : error.code, isCancelled ? undefined : error.facts.requestId);
        // Credentials that could not be obtained are such a code, too.
        if (!isCancelled && isAboutIdentity(error.code)) meter.credentialsFailed(error.code);
        throw error;
      }
    },
  };
}

/** The batch and the server of the activity that runs; nothing outside of one. */
function place(): { batch?: string; server?: string } {
  try {
    return placeOfWorkflow(Context.current().info.workflowExecution?.workflowId ?? '');
  } catch {
    return {};
  }
}
