import type { SurveyedServer } from '../../../../activities/sources/survey-source-servers';
import { planOfAction } from '../../../../workflows/batch/looks/plan-of-action';
import { aPlan, aServer } from '../a-batch';

const found = (name: string, more: Partial<SurveyedServer> = {}): SurveyedServer => ({
  name,
  found: [`s-${name}`],
  ...more,
});
const offline = { code: 'SourceServer.Offline', message: 'it is offline', remedy: 'Start its client.' };
const running = { jobId: 'j-1', status: 'Running', runs: true as const };
const planned = (surveyed: SurveyedServer[], servers = surveyed.map(({ name }) => aServer(name))) =>
  planOfAction(aPlan(servers), { surveyed, earlier: { running: [], migrations: [] } }, 0);

test('what apply will do is told by what the batch decides of each server', () => {
  const plan = planned([
    found('new'),
    found('ours', { jobs: [{ ...running, sourceId: 's-ours', owner: { batch: 'dc1', server: 'ours' } }] }),
    found('done', { ledger: { batch: 'dc1', image: 'm-1' } }),
    found('done-elsewhere', { ledger: { batch: 'dc0', image: 'm-2' } }),
    found('gone', { found: [] }),
  ]);
  expect(plan).toMatchObject({ migrate: 1, adopt: 1, done: 2, blocked: 1 });
  expect(plan.blockedServers).toEqual([
    {
      server: 'gone',
      code: 'SourceServer.NotFound',
      message: expect.any(String),
      remedy: expect.any(String),
    },
  ]);
});

test('a source that is offline blocks its server, unless it is done or its job is ours', () => {
  const trouble = offline;
  expect(planned([found('off', { trouble })])).toMatchObject({
    migrate: 0,
    blocked: 1,
    blockedServers: [{ server: 'off', ...offline }],
  });
  expect(planned([found('done', { trouble, ledger: { batch: 'dc1' } })])).toMatchObject({
    done: 1,
    blocked: 0,
  });
});

test('who depends on a server that is blocked is blocked as well', () => {
  const plan = planned(
    [found('db', { trouble: offline }), found('app')],
    [aServer('db'), aServer('app', { dependsOn: ['db'] })],
  );
  expect(plan).toMatchObject({ migrate: 0, blocked: 2 });
  expect(plan.blockedServers.map(({ server }) => server)).toEqual(['db', 'app']);
});

test('of thousands that are blocked the first are named, and all are counted', () => {
  const plan = planned(Array.from({ length: 3_000 }, (_, i) => found(`w-${i}`, { found: [] })));
  expect(plan.blocked).toBe(3_000);
  expect(plan.blockedServers).toHaveLength(20);
});
