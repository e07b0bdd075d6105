import type { BatchEvent } from '../contract/batch-event';

/** The messages that the operators' webhook has not got yet, and why; carried over Continue-As-New. */
export interface News {
  /** Oldest first. */
  unsent: NewsItem[];
  /** The first message is being sent. */
  isSending?: true;
  /** The times of the last tries: services accept only so many messages a minute. */
  triedAt?: number[];
  /** Servers that have ended and are in no message yet, where the plan asks for an event of each. */
  endedServers?: string[];
  /** The earliest time of the next message; milliseconds since the epoch. */
  notBefore: number;
  /** The number of failed rounds of tries in a row. */
  failedRounds: number;
  /** The number of messages that were dropped because too many waited: the journal has them. */
  dropped: number;
  trouble?: NewsTrouble;
  /** The id of the workflow that sends the last messages, once the batch has ended. */
  leftTo?: string;
}

/** A message. One about failures has their number, so that later failures can be added while it waits. */
export type NewsItem = BatchEvent & { failures?: number };

/** Why messages are not delivered; removed when one is delivered. */
export interface NewsTrouble {
  /** Milliseconds since the epoch. */
  since: number;
  reason: string;
  /** The webhook refused a message for good. */
  isFinal: boolean;
}

export const noNews = (): News => ({ unsent: [], notBefore: 0, failedRounds: 0, dropped: 0 });

/** The most messages that wait: the state of the batch must not grow while the webhook is away for days. */
const mostUnsent = 20;
/** The most servers in one message. */
const mostServers = 25;
/** The least time after a message about failures or ends of servers: what comes meanwhile is added to the next one. */
const betweenDigestsMs = 5_000;
/** The most messages of a batch in a minute. DingTalk accepts 20 of one robot, which other batches may use, too. */
const mostPerMinute = 15;
const minuteMs = 60_000;
/** The wait between two rounds of tries, doubled each time. */
const firstWaitMs = 10_000;
const longestWaitMs = 300_000;

/**
 * Adds a message; of too many, the oldest one that is not being sent is dropped, one about ends of servers first: reports have those.
 * Gives whether this is the first message that is dropped.
 */
export function addNews(news: News, item: NewsItem): boolean {
  news.unsent.push(item);
  if (news.unsent.length <= mostUnsent) return false;
  const oldest = news.unsent.findIndex(({ kind }, i) => kind === 'server' && i > 0);
  news.unsent.splice(Math.max(1, oldest), 1);
  news.dropped++;
  return news.dropped === 1;
}

/** The message about ends of servers that is not being sent yet and has room: more ends can be added to it. */
export const openServerNews = ({ unsent, isSending }: News): NewsItem | undefined =>
  unsent.findLast(
    ({ kind, servers = [] }, i) =>
      kind === 'server' && servers.length < mostServers && !(isSending && i === 0),
  );

/** The message about failures that is not being sent yet: more failures can be added to it. */
export const openFailureNews = ({ unsent, isSending }: News): NewsItem | undefined =>
  unsent.findLast((item, i) => item.kind === 'failure' && !(isSending && i === 0));

/** The message to send now, which counts as being sent; without one, the time at which the next is due. */
export function dueNews(news: News, now: number): { item?: NewsItem; nextAt?: number } {
  const [item] = news.unsent;
  if (!item || news.isSending) return {};
  const triedAt = (news.triedAt ?? []).filter((at) => now - at < minuteMs);
  const paceAt = triedAt.length < mostPerMinute ? 0 : triedAt[0]! + minuteMs;
  const nextAt = Math.max(news.notBefore, paceAt);
  if (nextAt > now) return { nextAt };
  news.isSending = true;
  news.triedAt = [...triedAt, now];
  return { item };
}

/** The first message was delivered; gives whether earlier tries had failed. */
export function newsDelivered(news: News, now: number): boolean {
  const hadTrouble = news.trouble !== undefined;
  const item = takeFirst(news);
  news.trouble = undefined;
  news.failedRounds = 0;
  news.notBefore = item?.kind === 'failure' || item?.kind === 'server' ? now + betweenDigestsMs : 0;
  return hadTrouble;
}

/**
 * A round of tries with the first message has failed: it is sent again later, or dropped when the answer was final. Gives whether
 * this trouble is new.
 */
export function newsFailed(
  news: News,
  { reason, isFinal }: { reason: string; isFinal: boolean },
  now: number,
): boolean {
  // A different reason is not new: the journal has the trouble once.
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
