import { resources } from '../../../workflows/contract/slots';
import type { World } from '../plot/world';
import { must } from './violation';

/** When all is over nothing is left but jobs that are known to be left. */
export function judgeEnd({ batches, describe }: World): void {
  for (const { batch, name } of batches.values()) {
    const { state, index } = batch;
    const open = Object.keys(state.wishes);
    must(open.length === 0, 'no wish is left', () => `${name}: ${open.join(', ')}`);
    must(index.haveAllEnded, 'all ends', describe);
    must(
      index.withWorkflow.size === 0 &&
        resources.every((r) => index.inUse[r] === index.leftovers + index.strays.existing || r === 'running'),
      'no slot is lost',
      () => `${name} uses ${JSON.stringify(index.inUse)}`,
    );
    must(index.inUse.running === index.strays.running, 'no slot is lost', () => `${name} runs`);
  }
}
