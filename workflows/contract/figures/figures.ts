import { defineQuery } from '../define';
import type { Slots } from '../slots';
import type { Asked, BatchStatus, ServerPhase, WaitingKind } from '../views';

/** A batch in numbers, for metrics. Times in milliseconds since the epoch. */
export interface BatchFigures {
  batch: string;
  account: string;
  status: BatchStatus;
  waves: WaveFigures[];
  /** Servers that wait, or are queued, by the reason. */
  waiting: Partial<Record<WaitingKind, number>>;
  /** What the lease lets the batch use, and what it uses. */
  slots: { leased: Slots; inUse: Slots };
  /** The account's quota, as a person has last stated it. */
  quota: { jobs: number; running: number; changedAt: number };
  estimatedEnd?: number;
  leftovers: number;
  strayJobs: number;
  /** How long the intermediate instances of leftovers have been billed, in sum. */
  leftoverSeconds: number;
  /** The code of the refusal, while the account refuses calls. */
  accountTrouble?: string;
  unsentMessages: number;
}

export interface WaveFigures {
  name: string;
  phases: Partial<Record<ServerPhase, number>>;
  /** The end of its window, while servers of it are under way; of a closed window, the last one. */
  windowClosesAt?: number;
  /** When the last of its servers under way is likely to end. */
  estimatedEnd?: number;
}

export const figuresQuery = defineQuery<BatchFigures, [Asked?]>('figures');
