import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { SmcFailure } from '../contract/failure';
import { slotGranted } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { smcCalls } from './activities';
import { stand } from './standing';

/** Why a slot is wanted, and what is done until it comes. */
export interface Asking {
  /** What the API has refused to have, or to run, one more job. */
  refused?: SmcFailure;
  /** For the last sync of an incremental job. */
  isCutOver?: boolean;
  /** Done each time nothing has come for a while. */
  whileWaiting?: () => Promise<void>;
}

/** A turn that does not come for weeks, as in a paused batch, must not fill the history. */
const longestWaitMs = 3_600_000;

/** The slots of this server: `need` counts what it has asked for, the batch grants by that number. */
export function slotsFromBatch({ batch, server, round, tells = false }: ServerMigrationInput) {
  let need = 0;
  let granted = 0;
  let mustTell = tells;
  setHandler(slotGranted, (grant) => {
    if ((grant.round ?? round) !== round) return;
    granted = Math.max(granted, grant.need);
    mustTell = grant.tells ?? false;
  });
  return {
    /** Gives back what was refused and waits for its turn; asks again now and then, for a batch that was replaced. */
    async ask(jobId?: string, { refused, isCutOver = false, whileWaiting }: Asking = {}): Promise<void> {
      need++;
      stand({ phase: 'queued', need, jobId, error: refused, isCutOver });
      setCurrentDetails(`Waits for a slot${refused ? `: ${refused.message}` : ''}`);
      for (let waitMs = 300_000; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
        await smcCalls('wants a slot').tellBatch(batch, {
          kind: 'wantsSlot',
          server,
          round,
          need,
          jobId,
          refused,
          isCutOver,
        });
        if (await condition(() => granted >= need, waitMs)) {
          stand({ phase: 'migrating', jobId });
          return;
        }
        await whileWaiting?.();
      }
    },
    /** The API has taken the start that the slot was for. */
    async used(): Promise<void> {
      if (!mustTell) return;
      mustTell = false;
      await smcCalls('was not refused').tellBatch(batch, { kind: 'slotUsed', server, round });
    },
  };
}
export type SlotsFromBatch = ReturnType<typeof slotsFromBatch>;
