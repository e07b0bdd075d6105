import { readLedger, tagsOfMigratedSource } from '../../src/ledger';
import type { SmcClient } from '../../src/smc';

/** An account whose one source has these tags. */
const tagged = (tags: { key: string; value: string }[]) =>
  ({
    async *allTagResources() {
      for (const { key, value } of tags) yield { resourceId: 's-1', tagKey: key, tagValue: value };
    },
  }) as unknown as SmcClient;
const read = async (tags: { key: string; value: string }[]) =>
  (await readLedger(tagged(tags), ['s-1'])).get('s-1');

test('the tags of a source tell by which batch it was migrated, into what, by which job and when', async () => {
  const migration = {
    jobId: 'j-1',
    startedAt: Date.parse('2026-03-01T22:00:00Z'),
    endedAt: Date.parse('2026-03-01T23:30:00Z'),
  };
  const tags = tagsOfMigratedSource('dc1', 'm-1', migration);
  expect(tags.at(-1)).toEqual({ key: 'smc-batch-time', value: '2026-03-01T22:00:00Z/2026-03-01T23:30:00Z' });
  for (const order of [tags, [...tags].reverse()])
    expect(await read(order)).toEqual({ batch: 'dc1', image: 'm-1', migration });
});

test('batch and image are enough; a time that somebody has changed is none', async () => {
  const bare = tagsOfMigratedSource('dc1', 'm-1');
  expect(await read(bare)).toEqual({ batch: 'dc1', image: 'm-1' });
  const odd = [...bare, { key: 'smc-batch-time', value: 'yesterday' }];
  expect((await read(odd))?.migration?.startedAt).toBeUndefined();
});

test('a job and a time alone say nothing: whoever takes the two tags off wants the source migrated again', async () => {
  const tags = tagsOfMigratedSource('dc1', 'm-1', { jobId: 'j-1', startedAt: 0, endedAt: 1_000 });
  expect(await read(tags.slice(2))).toBeUndefined();
});
