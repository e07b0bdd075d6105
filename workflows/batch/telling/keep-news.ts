import { addNews, type NewsItem } from '../../news/news';
import { type Batch, note } from '../state';

/** Keeps a message until the webhook has it. The journal tells once that more wait than are kept. */
export function keepNews({ state }: Batch, item: NewsItem, now: number): void {
  const isFirstDropped = addNews(state.news, item);
  if (isFirstDropped)
    note(state, 'smc-batch', 'more messages wait for the webhook than are kept: the oldest are dropped', now);
}
