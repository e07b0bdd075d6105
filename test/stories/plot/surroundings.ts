import type { ServerReport } from '../../../workflows/contract/server-messages';
import type { Account } from '../account/account';
import type { Clock } from '../clock/clock';
import type { Random } from '../clock/random';

/** Who reports: a server's workflow, with what it has told last and to which life of its batch. */
export interface Teller {
  lastReport?: { report: ServerReport; firstRunId: string };
}

/** How often a report comes twice, how often that is much later, and how often a workflow answers where it stands. */
export interface Talk {
  repeats: number;
  lateRepeats: number;
  answers: number;
}

/** What the models of workflows have around them. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly account: Account;
  /** Milliseconds that a message, or a call, takes. */
  late(): number;
  /** How well messages of servers' workflows come. */
  readonly talk: Talk;
  /** Something of this batch, of its servers or of its jobs has changed: it is judged after this step. */
  touch(batch: string): void;
  /** Counts what a story has seen. */
  count(what: string): void;
  /** A report arrives at whoever runs under the batch's name; `isRepeated`: not for the first time. */
  deliver(batch: string, report: ServerReport, from: Teller, isRepeated: boolean): void;
}
