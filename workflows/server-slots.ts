import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { type SmcFailure, slotGranted } from './messages';
import type { ServerMigrationInput } from './server-job';
import { smcCalls } from './smc-activities';

/** The slots of this server: `need` counts what it has asked for, the batch grants by that number. */
export function slotsFromBatch({ batch, server, round }: ServerMigrationInput) {
  let need = 0;
  let granted = 0;
  setHandler(slotGranted, (grant) => {
    granted = Math.max(granted, grant.need);
  });
  return {
    /** Gives back what was refused and waits for its turn; asks again now and then, for a batch that was replaced. */
    async ask(jobId?: string, refused?: SmcFailure): Promise<void> {
      need++;
      setCurrentDetails(`Waits for a slot${refused ? `: ${refused.message}` : ''}`);
      do {
        await smcCalls('wants a slot').tellBatch(batch, {
          kind: 'wantsSlot',
          server,
          round,
          need,
          jobId,
          refused,
        });
      } while (!(await condition(() => granted >= need, '5m')));
    },
  };
}
export type SlotsFromBatch = ReturnType<typeof slotsFromBatch>;
