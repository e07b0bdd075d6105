import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { SmcFailure } from '../contract/failure';
import { slotGranted } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { smcCalls } from './activities';
import { noteStanding } from './standing';

/** Why a slot is asked for, and what is done until it is granted. */
export interface Asking {
  /** The refusal of the API to create, or to start, one more job. */
  refused?: SmcFailure;
  /** For the last sync of an incremental job. */
  isCutOver?: boolean;
  /** Called each time a while has passed without a slot. */
  whileWaiting?: () => Promise<void>;
}

/** A slot may not be granted for weeks, for example when the batch is paused: asking again must not fill the history. */
const longestWaitMs = 3_600_000;

/** The slots of this server. Each time it asks has a number, `need`; the batch grants by that number. */
export function slotsFromBatch({
  batch,
  server,
  round,
  wantsStartAccepted: mustTellFirst = false,
}: ServerMigrationInput) {
  let need = 0;
  let granted = 0;
  let mustTell = mustTellFirst;
  setHandler(slotGranted, (grant) => {
    if ((grant.round ?? round) !== round) return;
    granted = Math.max(granted, grant.need);
    mustTell = grant.wantsStartAccepted ?? false;
  });
  return {
    /** Gives the slot back and waits for the next one. Asks again now and then: the batch may have been started anew. */
    async ask(jobId?: string, { refused, isCutOver = false, whileWaiting }: Asking = {}): Promise<void> {
      need++;
      noteStanding({ phase: 'queued', need, jobId, error: refused, isCutOver });
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
          noteStanding({ phase: 'migrating', jobId });
          return;
        }
        await whileWaiting?.();
      }
    },
    /** Tells the batch that the API has accepted the start that the slot was for, where it wants to know. */
    async used(): Promise<void> {
      if (!mustTell) return;
      mustTell = false;
      await smcCalls('was not refused').tellBatch(batch, { kind: 'startAccepted', server, round });
    },
  };
}
export type SlotsFromBatch = ReturnType<typeof slotsFromBatch>;
