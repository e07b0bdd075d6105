import type { AccountMood } from '../account/account';
import type { BatchChances } from '../batch/batch-host';
import type { Random } from '../clock/random';
import type { PlanKinds } from '../operator/random-plan';
import type { Talk } from './surroundings';

/** What kind of story it is: drawn once, at its begin. */
export interface Mood {
  batches: number;
  quota: { jobs: number; running: number };
  /**
   * Nobody but the batches uses the account, what they are told of its quota is true, and nothing begins by itself or is
   * lost unheard: the account never has to refuse a job for its quota.
   */
  isExact: boolean;
  account: AccountMood;
  plans: PlanKinds;
  talk: Talk;
  batchChances: BatchChances;
  /** A quota whose first count fails deals all the same: it does not know then what is left of batches that have ended. */
  quotaChances: { fails: number; countFails: number; renews: number };
  othersComeAndGo: boolean;
  statesOddQuota: boolean;
  /** How often messages are late. */
  lateness: number;
  /** For so long there is trouble, of so many events. */
  troubleMs: number;
  events: number;
  troubles: {
    order: number;
    terminateBatch: number;
    applyAgain: number;
    terminateServer: number;
    loseQuota: number;
    others: number;
    cleanUp: number;
    account: number;
  };
  /** A server that has failed is retried at once. */
  hastyRetries: number;
  /** The operators of calm times leave incremental jobs to their syncs for so long. */
  cutOverAfterMs: number;
  /** How often it is judged whether a batch would wake in time. */
  peeks: number;
}

export const usualTalk: Talk = { repeats: 0.08, lateRepeats: 0.2, answers: 0.9 };

/** What is rare is what some stories are about: one in eight each. */
export function moodOf(seed: number, random: Random): Mood {
  const mood = randomMood(random);
  switch (seed % 8) {
    case 3:
      ofLookUps(mood);
      break;
    case 5:
      ofOldReports(mood);
      break;
  }
  return mood;
}

/** Sources are not found at first, servers are retried, and looks fail. */
function ofLookUps(mood: Mood): void {
  mood.plans.oddSources = 0.5;
  mood.batchChances.looksFail = 0.6;
  mood.hastyRetries = 1;
}

/** Servers are retried at once, batches applied again; reports come once more, late, and workflows seldom say where they stand. */
function ofOldReports(mood: Mood): void {
  mood.isExact = false;
  mood.talk = { repeats: 0.6, lateRepeats: 0.8, answers: 0.2 };
  mood.account.breaks = 0.9;
  mood.batchChances.lookMs = 0;
  mood.hastyRetries = 1;
  mood.troubles.terminateBatch = 20;
  mood.events = Math.max(mood.events, 30);
}

function randomMood(random: Random): Mood {
  const running = random.whole(1, 6);
  // Where as many may exist as run, a job that is cleaned up, or was left, is in the way of the next one.
  const jobs = running + (random.chance(0.4) ? random.whole(0, 1) : random.whole(0, 8));
  const isExact = random.chance(0.35);
  const batches = random.whole(1, 3);
  const odds = (most: number) => (random.chance(0.5) ? 0 : random.unit() * most);
  const renews = random.chance(0.7) ? random.unit() * 0.08 : 0;
  const incremental = isExact ? 0 : odds(0.6);
  const othersComeAndGo = !isExact && random.chance(0.4);
  return {
    batches,
    quota: { jobs, running },
    isExact,
    account: {
      breaks: odds(0.9),
      vanishes: odds(0.08),
      stands: odds(0.08),
      refusesWithoutReason: isExact ? 0 : odds(0.15),
      jobMinutes: random.whole(1, 3),
    },
    plans: {
      mostServers: random.chance(0.1) ? 25 : 10,
      incremental,
      windows: random.chance(0.12) ? 0.3 : 0,
      oddSources: odds(0.1),
    },
    talk: { ...usualTalk },
    batchChances: {
      fails: odds(0.06),
      looksFail: odds(0.5),
      renews,
      outlives: random.unit(),
      lookMs: odds(120_000),
    },
    quotaChances: {
      fails: random.chance(0.25) ? random.unit() * 0.6 : odds(0.08),
      countFails: isExact ? 0 : odds(0.4),
      renews: renews / 2,
    },
    othersComeAndGo,
    statesOddQuota: !isExact && random.chance(0.2),
    lateness: random.chance(0.15) ? 0.4 : random.chance(0.5) ? random.unit() * 0.1 : 0,
    // SMC syncs once an hour at most.
    troubleMs: random.whole(10, incremental > 0.2 ? 150 : 60) * 60_000,
    events: random.whole(3, 40),
    troubles: {
      order: 10,
      // What its servers create after the account was counted is known to nobody until it is applied again.
      terminateBatch: !isExact && random.chance(0.5) ? 1.5 : 0,
      applyAgain: random.chance(0.3) ? 1 : 0,
      terminateServer: !isExact && random.chance(0.4) ? 1 : 0,
      loseQuota: random.chance(0.5) ? (batches > 1 ? 2 : 1) : 0,
      others: othersComeAndGo ? 2 : 0,
      cleanUp: random.chance(0.5) ? 1 : 0,
      account: random.chance(0.3) ? 0.7 : 0,
    },
    hastyRetries: random.chance(0.3) ? 0 : random.unit(),
    cutOverAfterMs: random.chance(0.5) ? 0 : random.whole(30, 150) * 60_000,
    peeks: 0.03,
  };
}
