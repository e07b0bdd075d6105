import type { BatchEvent } from '../contract/batch-event';

/** What the operators' webhook has not been told yet, and why; carried over Continue-As-New. */
export interface News {
  /** Oldest first; the first one may be on its way. */
  unsent: NewsItem[];
  /** Nothing is sent before; milliseconds since the epoch. */
  notBefore: number;
  /** Rounds of tries in a row that have failed. */
  failedRounds: number;
  /** Messages that were given up because too many waited: the journal has them. */
  dropped: number;
  trouble?: NewsTrouble;
}

/** A message of failures counts them, so that those that fail while it waits can be added. */
export type NewsItem = BatchEvent & { failures?: number };

/** Why messages stay away; gone as soon as one is delivered. */
export interface NewsTrouble {
  /** Milliseconds since the epoch. */
  since: number;
  reason: string;
  /** The webhook refused a message for good. */
  isFinal: boolean;
}

export const noNews = (): News => ({ unsent: [], notBefore: 0, failedRounds: 0, dropped: 0 });

/** A webhook that is away for days must not make the batch's state grow. */
const mostUnsent = 20;
/** A bad night is told in a few messages: chat services take 20 a minute from all that write to them. */
const betweenFailuresMs = 5_000;
/** Between two rounds of tries, doubled each time. */
const firstWaitMs = 10_000;
const longestWaitMs = 300_000;

/** Adds a message; of too many the oldest that is not on its way is given up. */
export function addNews(news: News, item: NewsItem): void {
  news.unsent.push(item);
  if (news.unsent.length <= mostUnsent) return;
  news.unsent.splice(1, 1);
  news.dropped++;
}

/** The message about failures that can still take more of them. */
export function openFailureNews({ unsent }: News, onItsWay?: NewsItem): NewsItem | undefined {
  return unsent.findLast((item) => item.kind === 'failure' && item !== onItsWay);
}

/** Gives whether messages had stayed away before. */
export function newsDelivered(news: News, item: NewsItem, now: number): boolean {
  const hadTrouble = news.trouble !== undefined;
  take(news, item);
  news.trouble = undefined;
  news.failedRounds = 0;
  news.notBefore = item.kind === 'failure' ? now + betweenFailuresMs : 0;
  return hadTrouble;
}

/** One round of tries has failed: later again, or, where the answer was final, not this message. Gives whether that is new. */
export function newsFailed(
  news: News,
  item: NewsItem,
  { reason, isFinal }: { reason: string; isFinal: boolean },
  now: number,
): boolean {
  // Not each time that the words differ: the journal shall tell of it once.
  const isNew = news.trouble?.isFinal !== isFinal;
  news.trouble = { since: news.trouble?.since ?? now, reason, isFinal };
  if (isFinal) {
    take(news, item);
    news.failedRounds = 0;
    news.notBefore = 0;
  } else {
    news.notBefore = now + Math.min(longestWaitMs, firstWaitMs * 2 ** news.failedRounds);
    news.failedRounds++;
  }
  return isNew;
}

function take(news: News, item: NewsItem): void {
  news.unsent = news.unsent.filter((other) => other !== item);
}
