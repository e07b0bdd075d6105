import { previewPlan } from '../../src/preview';
import { type Account, anAccount, aPlan } from './an-account';

let account: Account;
beforeEach(async () => {
  account = await anAccount({
    servers: [
      { name: 'Web-01', sourceId: 's-bp1AbC' },
      { name: 'caf\u00e9', sourceId: 's-bp2' },
      { name: 'db-01', sourceId: 's-bp3' },
    ],
  });
});
afterEach(() => account.close());

const remedyOf = async (source: { sourceId?: string; sourceName?: string }) => {
  const plan = aPlan({ it: { sourceName: undefined, ...source } });
  const { servers } = await previewPlan(account.smc, plan, { pollIntervalSeconds: 30 });
  const [server] = servers;
  return server?.verdict === 'blocked' ? server.troubles[0]?.remedy : server?.verdict;
};

test.each([
  [{ sourceName: 'web-01' }, 'Did you mean "Web-01" (s-bp1AbC)? Upper and lower case differ.'],
  [{ sourceName: 'cafe\u0301' }, 'Did you mean "caf\u00e9" (s-bp2)? It is written in another Unicode form'],
  [
    { sourceName: '\uff44\uff42-01' },
    'Did you mean "db-01" (s-bp3)? It has characters that only look the same',
  ],
  [{ sourceName: 'db-10' }, 'Did you mean "db-01" (s-bp3)?'],
  [{ sourceId: 's-bp1abc' }, 'Did you mean s-bp1AbC? Upper and lower case differ.'],
  [{ sourceId: 'db-01' }, 'That is the name of s-bp3: write sourceName.'],
  [{ sourceName: 's-bp2' }, 'That is an id: write sourceId.'],
])('a source that is not there (%j) is blocked with the one that may be meant', async (source, begins) => {
  expect(await remedyOf(source)).toContain(begins);
});

test('a source that is like no other is blocked without a guess', async () => {
  expect(await remedyOf({ sourceName: 'mainframe' })).toMatch(/^If it was migrated/);
});

test('a server that is declared done is skipped with its image, and its source is not asked for', async () => {
  const plan = aPlan({
    old: { sourceName: 'nowhere', done: 'm-1' },
    web: { sourceName: undefined, sourceId: 's-bp3', dependsOn: ['old'] },
  });
  const { servers, counts } = await previewPlan(account.smc, plan, { pollIntervalSeconds: 30 });
  expect(counts).toMatchObject({ skip: 1, create: 1 });
  expect(servers[0]).toMatchObject({ verdict: 'skip', image: 'm-1', notes: [{ code: 'declared' }] });
});

test('a night that the clocks change is warned of while the batch may run, and the next opening is told by both clocks', async () => {
  const window = { from: '02:15', to: '02:45', timezone: 'Europe/Berlin' };
  const plan = aPlan({ web: { sourceName: 'db-01' } }, { waves: [{ name: 'all', overlap: false, window }] });
  const at = async (now: string) => {
    const preview = await previewPlan(account.smc, plan, { pollIntervalSeconds: 30, now: Date.parse(now) });
    return {
      warnings: preview.warnings.filter(({ code }) => code === 'clock-change').map(({ message }) => message),
      windows: preview.windows,
    };
  };
  const spring = await at('2030-03-20T12:00:00Z');
  expect(spring.warnings).toEqual([
    'the clocks change: the window 02:15 to 02:45 Europe/Berlin of wave all does not open on 2030-03-31: 02:15 to 02:45 does not exist in Europe/Berlin that day',
  ]);
  expect(spring.windows).toEqual([
    {
      wave: 'all',
      timezone: 'Europe/Berlin',
      opensAt: '2030-03-21T01:15:00.000Z',
      opensAtLocal: 'Thu 2030-03-21 02:15 Europe/Berlin',
      closesAt: '2030-03-21T01:45:00.000Z',
      closesAtLocal: 'Thu 2030-03-21 02:45 Europe/Berlin',
    },
  ]);
  expect((await at('2030-10-20T12:00:00Z')).warnings[0]).toContain(
    'opens twice on 2030-10-27, because that hour comes twice in Europe/Berlin: 2030-10-27T00:15Z to 00:45Z, and 2030-10-27T01:15Z to 01:45Z',
  );
  expect((await at('2030-06-01T12:00:00Z')).warnings).toEqual([]);
});
