import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { SmcFailure } from '../contract/failure';
import { slotGranted } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { shortCall } from './short-calls';
import { noteStanding } from './standing';

/** Why a server asks for a slot, and what it does until the slot is granted. */
export interface Asking {
  /** The API's refusal to create, or to start, one more job. */
  refused?: SmcFailure;
  /** The slot is for the cut-over of an incremental job. */
  isCutOver?: boolean;
  /** Called before each repeated request. */
  whileWaiting?: () => Promise<void>;
}

/** The longest wait between two requests: a slot may come only after weeks, and requests must not fill the history. */
const longestWaitMs = 3_600_000;

/** The slots of this server. Its requests for a slot are counted from 1; the batch grants a request by its number. */
export function slotsFromBatch({
  batch,
  server,
  round,
  wantsStartAccepted: mustReportFirstStart = false,
}: ServerMigrationInput) {
  let slotRequest = 0;
  let grantedRequest = 0;
  let mustReportStart = mustReportFirstStart;
  setHandler(slotGranted, (grant) => {
    if ((grant.round ?? round) !== round) return;
    grantedRequest = Math.max(grantedRequest, grant.slotRequest);
    mustReportStart = grant.wantsStartAccepted ?? false;
  });
  return {
    /** The number of the last request; 0 before the first one. */
    lastRequest: () => slotRequest,
    /** Gives the slot back and waits for the next one. The request is repeated, because the batch may have been applied again. */
    async ask(jobId?: string, { refused, isCutOver = false, whileWaiting }: Asking = {}): Promise<void> {
      slotRequest++;
      noteStanding({ phase: 'queued', slotRequest, jobId, error: refused, isCutOver });
      setCurrentDetails(`Waits for a slot${refused ? `: ${refused.message}` : ''}`);
      for (let waitMs = 300_000; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
        await shortCall('tellBatch', 'wants a slot', {
          batch,
          kind: 'wantsSlot',
          server,
          round,
          slotRequest,
          jobId,
          refused,
          isCutOver,
        });
        if (await condition(() => grantedRequest >= slotRequest, waitMs)) {
          noteStanding({ phase: 'migrating', jobId, grantedRequest: slotRequest });
          return;
        }
        await whileWaiting?.();
      }
    },
    /** Reports to the batch, when it has asked for it, that the API has accepted the start. */
    async used(): Promise<void> {
      if (!mustReportStart) return;
      mustReportStart = false;
      await shortCall('tellBatch', 'was not refused', { batch, kind: 'startAccepted', server, round });
    },
  };
}
export type SlotsFromBatch = ReturnType<typeof slotsFromBatch>;
