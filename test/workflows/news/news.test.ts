import type { BatchEvent } from '../../../workflows/contract/batch-event';
import {
  addNews,
  dueNews,
  type News,
  newsDelivered,
  newsFailed,
  noNews,
  openFailureNews,
} from '../../../workflows/news/news';

const event = (what: string, kind: BatchEvent['kind'] = 'wave') => ({ batch: 'dc1', at: 0, kind, what });
const refused = { reason: 'connection refused', isFinal: false };

/** The state as it comes out of Continue-As-New. */
const carried = (news: News): News => JSON.parse(JSON.stringify(news));

test('a message that fails is kept over Continue-As-New, sent again after a growing delay of at most five minutes, and reported once', () => {
  let news = noNews();
  addNews(news, event('a'));
  const waits: number[] = [];
  const told: boolean[] = [];
  for (let i = 0; i < 8; i++) {
    news = carried(news);
    told.push(newsFailed(news, { ...refused, reason: `${i}` }, 1_000));
    waits.push((news.notBefore - 1_000) / 1_000);
  }
  expect(news.unsent).toEqual([event('a')]);
  expect(told).toEqual([true, ...Array(7).fill(false)]);
  expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  expect(news.trouble).toEqual({ since: 1_000, reason: '7', isFinal: false });
  expect(newsDelivered(news, 2_000)).toBe(true);
  expect(news).toEqual(noNews());
});

test('a message that is refused for good is dropped, and the trouble is shown until a message is accepted', () => {
  const news = noNews();
  addNews(news, event('a'));
  addNews(news, event('b'));
  expect(newsFailed(news, { reason: 'errcode 310000', isFinal: true }, 1_000)).toBe(true);
  expect(news).toMatchObject({ unsent: [event('b')], notBefore: 0, trouble: { reason: 'errcode 310000' } });
  expect(newsDelivered(news, 2_000)).toBe(true);
  expect(news.trouble).toBeUndefined();
});

test('a webhook that is away for days keeps twenty messages, among them the one on its way and the newest', () => {
  const news = noNews();
  for (let i = 0; i < 50; i++) addNews(news, event(`${i}`));
  expect(news.unsent.map(({ what }) => what)).toEqual([
    '0',
    ...Array.from({ length: 19 }, (_, i) => `${i + 31}`),
  ]);
  expect(news.dropped).toBe(30);
});

test('servers that fail are added to a message that has not gone out, and to none on its way', () => {
  const news = noNews();
  addNews(news, event('1 more', 'failure'));
  const [first] = news.unsent;
  expect(openFailureNews(news)).toBe(first);
  expect(dueNews(news, 0)).toEqual({ item: first });
  expect(openFailureNews(news)).toBeUndefined();
  newsDelivered(news, 1_000);
  expect(news.notBefore).toBe(6_000);
});

test('a batch sends at most fifteen messages in any minute, whatever happens in it', () => {
  const news = noNews();
  const sent: number[] = [];
  for (let now = 0; now < 300_000; now += 100) {
    if (news.unsent.length < 5) addNews(news, event(`${now}`));
    const due = dueNews(news, now);
    if (!due.item) continue;
    sent.push(now);
    newsDelivered(news, now);
  }
  for (const at of sent)
    expect(sent.filter((other) => other > at - 60_000 && other <= at).length).toBeLessThanOrEqual(15);
  expect(sent.length).toBe(75);
});

test('of too many messages those about ends of servers go first', () => {
  const news = noNews();
  addNews(news, event('gate', 'gate'));
  for (let i = 0; i < 30; i++) addNews(news, event(`${i}`, 'server'));
  addNews(news, event('stopped', 'stopped'));
  const kept = news.unsent.map(({ what }) => what);
  expect(kept).toHaveLength(20);
  expect([kept[0], kept.at(-1)]).toEqual(['gate', 'stopped']);
});
