import type { SmcError } from '../../src/smc';
import type { SmcFailure } from '../../workflows/contract/failure';

/** An SMC error in the form that operators see. */
export function smcFailure(error: SmcError): SmcFailure {
  const { code, message, action, requestId } = error.facts;
  return { code, message, remedy: error.remedy, action, requestId };
}
