import {
  type EarlierMigration,
  type JudgedJob,
  judgeSource,
  migratedNote,
  type SourceEvidence,
} from '../../src/ledger';

const server = { name: 'web', sourceId: 's-1' };
const byName = { name: 'web', sourceName: 'web-src' };
const evidence = (more: Partial<SourceEvidence>): SourceEvidence => ({
  batch: 'dc1',
  server,
  found: ['s-1'],
  jobs: [],
  migrations: [],
  ...more,
});
const job = (status: string | undefined, more: Partial<JudgedJob> = {}): JudgedJob => ({
  jobId: `j-${status}`,
  status,
  sourceId: 's-1',
  owner: { batch: 'dc1', server: 'web' },
  ...more,
});
const finished = job('Finished', { image: 'm-1' });
const earlier = (more: Partial<EarlierMigration> = {}): EarlierMigration => ({
  server: 'web',
  sourceId: 's-1',
  image: 'm-1',
  ...more,
});
const other = { owner: { batch: 'dc0', server: 'x' } };

test.each<[string, Partial<SourceEvidence>, object]>([
  ['a source that nothing is known of', {}, { verdict: 'create' }],
  ['its tags', { ledger: { batch: 'dc0', image: 'm-9' } }, { verdict: 'migrated', entry: { batch: 'dc0' } }],
  [
    'a Finished job of another batch',
    { jobs: [job('Finished', { ...other, image: 'm-2' })] },
    { verdict: 'migrated', entry: { batch: 'dc0', image: 'm-2', jobId: 'j-Finished' } },
  ],
  ['its own Finished job', { jobs: [finished] }, { verdict: 'adopt', job: finished }],
  [
    'tags and its own Finished job: the deletion is left',
    { jobs: [finished], ledger: { batch: 'dc1' } },
    { verdict: 'adopt', job: finished, entry: { batch: 'dc1' } },
  ],
  [
    'its own live job on a source that another batch has migrated: a second image is not made',
    { jobs: [job('Ready')], ledger: { batch: 'dc0' } },
    { verdict: 'migrated', entry: { batch: 'dc0' }, secondJob: job('Ready') },
  ],
  [
    'an end of a moment ago, and its job',
    { jobs: [finished], migrations: [earlier({ isRecent: true })] },
    { verdict: 'migrated', isProof: true, job: finished },
  ],
  ['an old end, and its tags taken off since', { migrations: [earlier()] }, { verdict: 'create' }],
  ['its own Waiting job', { jobs: [job('Waiting')] }, { verdict: 'adopt' }],
  ['its own Expired job', { jobs: [job('Expired')] }, { verdict: 'adopt' }],
  ['its own Stopped job', { jobs: [job('Stopped')] }, { verdict: 'adopt' }],
  [
    'several of its own',
    { jobs: [job('Running'), job('Expired'), job(undefined)] },
    { verdict: 'adopt', job: { status: 'Running' } },
  ],
  ['a live job of another batch', { jobs: [job('Running', other)] }, { verdict: 'occupied' }],
  ['its job on another source', { jobs: [job('Running', { sourceId: 's-0' })] }, { verdict: 'create' }],
  [
    'its workflow at work',
    { running: { server: 'web', sourceId: 's-1' }, jobs: [job('Running')] },
    { verdict: 'underWay', job: { jobId: 'j-Running' } },
  ],
  [
    'its name at work for another source',
    { running: { server: 'web', sourceId: 's-0' } },
    { verdict: 'blocked', trouble: { code: 'ServerUnderWay' } },
  ],
  [
    'its source at work under another name',
    { running: { server: 'old-name', sourceId: 's-1' } },
    {
      verdict: 'blocked',
      trouble: { code: 'ServerUnderWay', message: expect.stringContaining("'old-name'") },
    },
  ],
  ['a twin', { twin: 'db' }, { verdict: 'blocked', trouble: { code: 'SourceServer.Ambiguous' } }],
  [
    'a name that several have',
    { server: byName, found: ['s-1', 's-2'] },
    { verdict: 'blocked', trouble: { code: 'SourceServer.Ambiguous' } },
  ],
  [
    'a name that several have, one of them migrated',
    { server: byName, found: ['s-1', 's-2'], migrations: [earlier()] },
    { verdict: 'migrated', sourceId: 's-1', entry: { image: 'm-1' } },
  ],
  [
    'a source that is gone, and was migrated',
    { found: [], migrations: [earlier()] },
    { verdict: 'migrated', entry: { batch: 'dc1', image: 'm-1' }, sourceId: 's-1' },
  ],
  [
    'a source that is gone, and was migrated under another name',
    { found: [], migrations: [earlier({ server: 'old-name' })] },
    { verdict: 'migrated', entry: { image: 'm-1' } },
  ],
  [
    'a source that is gone, with its Finished job as the proof',
    { found: [], jobs: [finished] },
    { verdict: 'migrated', entry: { image: 'm-1', jobId: 'j-Finished' }, isProof: true },
  ],
  [
    'a source that is gone by name, and was migrated by that name',
    { server: byName, found: [], migrations: [earlier({ sourceName: 'web-src' })] },
    { verdict: 'migrated' },
  ],
  [
    'a source that is gone by name, and was migrated by another name',
    { server: byName, found: [], migrations: [earlier({ sourceName: 'other' })] },
    { verdict: 'blocked', trouble: { code: 'SourceServer.NotFound' } },
  ],
  [
    'a source that is not there, and nothing shows that it was migrated',
    { found: [] },
    {
      verdict: 'blocked',
      trouble: { code: 'SourceServer.NotFound', remedy: expect.stringMatching(/skip.*import/s) },
    },
  ],
  [
    'another source that is not there, of a server that was migrated',
    { found: [], migrations: [earlier({ sourceId: 's-0' })] },
    {
      verdict: 'blocked',
      trouble: { message: expect.stringContaining('was migrated from source server s-0') },
    },
  ],
  [
    'a source that is gone while its workflow is at work',
    { found: [], running: { server: 'web', sourceId: 's-1' } },
    { verdict: 'underWay' },
  ],
  [
    'a source that was imported again',
    { found: ['s-2'], server: byName, migrations: [earlier()] },
    {
      verdict: 'blocked',
      migrated: { sourceId: 's-1', image: 'm-1' },
      trouble: {
        code: 'SourceServer.Replaced',
        message: 'it was migrated as m-1 from source server s-1; its source is now s-2',
      },
    },
  ],
  [
    'a source that was imported again, on a Temporal that knows nothing: its Finished job tells',
    { found: ['s-2'], server: byName, jobs: [finished] },
    { verdict: 'blocked', trouble: { code: 'SourceServer.Replaced' } },
  ],
  [
    'a source that was imported again, and agreed to',
    { found: ['s-2'], server: byName, migrations: [earlier()], confirmed: 's-2' },
    { verdict: 'create' },
  ],
  [
    'a source that was imported once more after it was agreed to',
    { found: ['s-3'], server: byName, migrations: [earlier()], confirmed: 's-2' },
    { verdict: 'blocked' },
  ],
  [
    'a source that was imported again and migrated again',
    { found: ['s-2'], server: byName, migrations: [earlier({ sourceId: 's-2' }), earlier()] },
    { verdict: 'create' },
  ],
  [
    'a source that was imported again, and has its own job',
    { found: ['s-2'], server: byName, migrations: [earlier()], jobs: [job('Running', { sourceId: 's-2' })] },
    { verdict: 'adopt' },
  ],
])('%s', (_, more, verdict) => {
  expect(judgeSource(evidence(more))).toMatchObject(verdict);
});

test('why a server is skipped names the batch, the proof, and what has become of its source', () => {
  expect(migratedNote({ batch: 'dc1' })).toBe("migrated in batch 'dc1'");
  expect(migratedNote({ batch: 'dc1', jobId: 'j-1' }, 'its source is gone')).toBe(
    "migrated in batch 'dc1', as its Finished job j-1 tells: its source is gone",
  );
});
