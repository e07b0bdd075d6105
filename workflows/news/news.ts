import type { BatchEvent } from '../contract/batch-event';

/** What the operators' webhook has not been told yet, and why; carried over Continue-As-New. */
export interface News {
  /** Oldest first. */
  unsent: NewsItem[];
  /** The first one is on its way. */
  isSending?: true;
  /** Nothing is sent before; milliseconds since the epoch. */
  notBefore: number;
  /** Rounds of tries in a row that have failed. */
  failedRounds: number;
  /** Messages that were given up because too many waited: the journal has them. */
  dropped: number;
  trouble?: NewsTrouble;
  /** The batch has ended, and its last messages are this workflow's. */
  leftTo?: string;
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
export const openFailureNews = ({ unsent, isSending }: News): NewsItem | undefined =>
  unsent.findLast((item, i) => item.kind === 'failure' && !(isSending && i === 0));

/** The message to send now, which counts as on its way, and else when to look again. */
export function dueNews(news: News, now: number): { item?: NewsItem; nextAt?: number } {
  const [item] = news.unsent;
  if (!item || news.isSending) return {};
  if (news.notBefore > now) return { nextAt: news.notBefore };
  news.isSending = true;
  return { item };
}

/** The first message has arrived; gives whether messages had stayed away before. */
export function newsDelivered(news: News, now: number): boolean {
  const hadTrouble = news.trouble !== undefined;
  const item = takeFirst(news);
  news.trouble = undefined;
  news.failedRounds = 0;
  news.notBefore = item?.kind === 'failure' ? now + betweenFailuresMs : 0;
  return hadTrouble;
}

/**
 * One round of tries with the first message has failed: later again, or, where the answer was final, not this message.
 * Gives whether that is new.
 */
export function newsFailed(
  news: News,
  { reason, isFinal }: { reason: string; isFinal: boolean },
  now: number,
): boolean {
  // Not each time that the words differ: the journal shall tell of it once.
  const isNew = news.trouble?.isFinal !== isFinal;
  news.trouble = { since: news.trouble?.since ?? now, reason, isFinal };
  if (isFinal) {
    takeFirst(news);
    news.failedRounds = 0;
    news.notBefore = 0;
  } else {
    news.isSending = undefined;
    news.notBefore = now + Math.min(longestWaitMs, firstWaitMs * 2 ** news.failedRounds);
    news.failedRounds++;
  }
  return isNew;
}

function takeFirst(news: News): NewsItem | undefined {
  news.isSending = undefined;
  return news.unsent.shift();
}
