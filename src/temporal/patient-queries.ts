import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { askAgain } from '../../workflows/contract/ask-again';

const pauseMs = 250;
const mostTries = 40;

/** Repeats a query that a workflow could not answer yet, because its next workflow task was on its way. */
export const patientQueries: WorkflowClientInterceptor = {
  async query(input, next) {
    for (let tries = 1; ; tries++) {
      try {
        return await next(input);
      } catch (error) {
        if (tries >= mostTries || !String((error as Error).message).includes(askAgain)) throw error;
        await sleep(pauseMs);
      }
    }
  },
};
