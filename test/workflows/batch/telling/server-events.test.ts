import { announceEnd, announceEvents } from '../../../../workflows/batch/telling/announce';
import { dueNews, newsDelivered } from '../../../../workflows/news/news';
import { aBatch, aPlan } from '../a-batch';

const names = Array.from({ length: 60 }, (_, i) => `web-${i}`);
const error = { code: 'InternalError', message: 'x', remedy: 'y' };
const migrated = (imageId: string) => ({ phase: 'migrated' as const, round: 1, imageId });

const asked = (count: number) => aBatch(aPlan(names.slice(0, count), { notify: 'servers' }));
const serverNews = ({ state }: ReturnType<typeof aBatch>) =>
  state.news.unsent.filter(({ kind }) => kind === 'server');

test('a plan that asks for it has the end of each server told, with its image or its error', () => {
  const batch = asked(3);
  batch.index.set('web-0', migrated('m-1'));
  batch.index.set('web-1', { phase: 'failed', round: 1, error });
  batch.index.set('web-2', { phase: 'cancelled', round: 0 });
  announceEvents(batch, 1_000);
  expect(serverNews(batch)).toEqual([
    {
      batch: 'dc1',
      at: 1_000,
      kind: 'server',
      servers: [
        { server: 'web-0', outcome: 'migrated', imageId: 'm-1' },
        { server: 'web-1', outcome: 'failed', error: 'InternalError' },
        { server: 'web-2', outcome: 'cancelled' },
      ],
      what: '3 servers have ended: web-0 migrated as m-1, web-1 failed (InternalError), web-2 cancelled',
    },
  ]);
  // The journal has the batch's own events.
  expect(batch.state.journal.map(({ what }) => what).join()).not.toContain('web-0');
});

test('a plan that does not ask has none', () => {
  const batch = aBatch(aPlan(['web-0']));
  batch.index.set('web-0', migrated('m-1'));
  announceEvents(batch, 0);
  expect(serverNews(batch)).toEqual([]);
  expect(batch.state.news.endedServers).toBeUndefined();
});

test('a server that is retried is told again, one whose record changes after its end is not', () => {
  const batch = asked(1);
  const tell = () => {
    announceEvents(batch, 0);
    return serverNews(batch).flatMap(({ servers = [] }) => servers.map(({ outcome }) => outcome));
  };
  batch.index.set('web-0', { phase: 'failed', round: 1, error });
  batch.index.set('web-0', { phase: 'failed', round: 1, error, jobId: 'j-1' });
  expect(tell()).toEqual(['failed']);
  batch.index.set('web-0', { phase: 'waiting', round: 1 });
  batch.index.set('web-0', migrated('m-1'));
  expect(tell()).toEqual(['failed', 'migrated']);
});

test('sixty servers that end at once are few messages, each server in one of them, also over Continue-As-New', () => {
  const batch = asked(60);
  const told: string[] = [];
  let now = 0;
  const deliver = () => {
    const { item } = dueNews(batch.state.news, now);
    if (!item) return;
    told.push(...(item.servers ?? []).map(({ server }) => server));
    newsDelivered(batch.state.news, now);
  };
  for (const name of names) {
    batch.index.set(name, migrated(`m-${name}`));
    batch.state.news = JSON.parse(JSON.stringify(batch.state.news));
    announceEvents(batch, now);
    deliver();
    now += 100;
  }
  announceEnd(batch, now);
  const messages = batch.state.news.unsent.length;
  for (; batch.state.news.unsent.length > 0; now += 1_000) deliver();
  expect(told.sort()).toEqual([...names].sort());
  expect(messages).toBeLessThanOrEqual(4);
});
