import type { Check } from './check';
import { nodeCheck, temporalCliCheck } from './machine';
import { checksOfSmc } from './smc';
import { checksOfTemporal } from './temporal';

/** What a migration needs, and how it is on this machine; in the order in which it is set up. */
export async function allChecks(): Promise<Check[]> {
  return [nodeCheck(), await temporalCliCheck(), ...(await checksOfTemporal()), ...(await checksOfSmc())];
}
