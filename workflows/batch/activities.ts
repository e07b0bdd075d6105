import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';

/** What a batch asks for itself, beside its servers; `summary` is what the Temporal UI shows beside the activity. */
export const batchCalls = (summary?: string) =>
  proxyActivities<Activities>({ heartbeatTimeout: '20s', startToCloseTimeout: '1h', summary });
