import type { WebhookFormat } from './settings';

/** The most messages a minute that a service accepts of one webhook. DingTalk silences a robot that sends more for ten minutes. */
const mostPerMinute: Partial<Record<WebhookFormat, number>> = { dingtalk: 20, feishu: 100 };
const minuteMs = 60_000;

/** Counts the messages of this process to its webhook. */
export interface Pace {
  /** Milliseconds until the next message may be sent; 0 takes its place. */
  take(now: number): number;
}

/** The pace that the service asks for. A batch keeps to fewer by itself: this is for many batches of one worker. */
export function paceOf(format: WebhookFormat): Pace {
  const most = mostPerMinute[format];
  let sent: number[] = [];
  return {
    take(now) {
      sent = sent.filter((at) => now - at < minuteMs);
      if (most !== undefined && sent.length >= most) return sent[0]! + minuteMs - now;
      sent.push(now);
      return 0;
    },
  };
}
