import { groupTroubles, troubleGroups, troubleLines } from '../../src/report';

const now = Date.parse('2026-03-01T22:00:00Z');
const busy = 'ServiceUnavailable: The request has failed due to a temporary failure of the server.';
const told = (troubles: Parameters<typeof groupTroubles>[0], of = { looked: 20, underWay: 20 }) =>
  troubleLines({ groups: groupTroubles(troubles), ...of }, now);

test('one outage is one line, whichever calls and polls it hits, with the next try', () => {
  expect(
    told([
      { server: 'a', error: `${busy} (DescribeReplicationJobs, RequestId 0B1F2A3C-1111)` },
      {
        server: 'b',
        error: `${busy} (CreateReplicationJob, RequestId 0B1F2A3C-2222). SMC is not available: wait.`,
        nextAttemptAt: now + 40_000,
      },
      { server: 'c', error: `${busy} (StartReplicationJob). Wait.`, nextAttemptAt: now + 20_000 },
    ]),
  ).toEqual([`3 servers: ${busy} (next try in 20 s)`]);
});

test('the error of most servers first; one that names a job counts with its like', () => {
  expect(
    told([
      { server: 'a', error: 'NetworkError: connection refused' },
      { server: 'b', error: 'Odd: job j-bp1aaaaaaaa is odd' },
      { server: 'c', error: 'Odd: job j-bp1bbbbbbbb is odd' },
    ]),
  ).toEqual(['2 servers: Odd: job j-bp1aaaaaaaa is odd', '1 server: NetworkError: connection refused']);
});

test('of a large batch it is said that only some servers were looked at, and of many errors the first', () => {
  const errors = ['One: 1', 'Two: 2', 'Three: 3', 'Four: 4', 'Five: 5'];
  const lines = told(
    errors.map((error) => ({ server: error, error })),
    { looked: 20, underWay: 1_000 },
  );
  expect(lines[0]).toBe('1 server of 20 checked: One: 1');
  expect(lines.slice(3)).toEqual(['and 2 other errors']);
});

test('what others wrote stays on one line and cannot steer a terminal', () => {
  expect(told([{ server: 'a', error: 'Bad: \u001b[2Jone\ntwo' }])).toEqual(['1 server: Bad:  [2Jone two']);
});

test('a webhook in trouble is the first line, and for a script a group without servers', () => {
  const webhook = {
    reason: 'the webhook could not be reached: connection refused',
    since: '2026-03-01T22:00:00Z',
    unsent: 3,
    dropped: 1,
    nextAttemptAt: 20_000,
  };
  const troubles = { groups: [], looked: 0, underWay: 0, webhook };
  expect(troubleLines(troubles, 0)).toEqual([
    'the webhook could not be reached: connection refused (3 messages kept to be sent again; 1 message only in the journal; next try in 20 s)',
  ]);
  expect(troubleGroups(troubles)).toEqual([{ error: webhook.reason, servers: [], nextAttemptAt: 20_000 }]);
  const left = { ...webhook, dropped: 0, nextAttemptAt: undefined, leftTo: 'smc-news:dc1/r-1' };
  expect(troubleLines({ ...troubles, webhook: left }, 0)).toEqual([
    'the webhook could not be reached: connection refused (3 messages left to workflow smc-news:dc1/r-1)',
  ]);
});
