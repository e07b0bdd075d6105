import type { ServerView } from '../../workflows/contract/views';

/** Milliseconds until the estimated end of a server under way; undefined once that time has passed. */
export function timeToGo(
  { estimatedEnd }: Pick<ServerView, 'estimatedEnd'>,
  now: number,
): number | undefined {
  return estimatedEnd !== undefined && estimatedEnd > now ? estimatedEnd - now : undefined;
}
