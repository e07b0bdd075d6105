import { type InventorySource, planSkeleton } from '../../src/inventory';
import { lines, readText } from '../plan/a-plan';

const source = (sourceId: string, more: Partial<InventorySource> = {}): InventorySource => ({
  sourceId,
  name: sourceId.replace('s-', 'host-'),
  state: 'Available',
  platform: 'CentOS',
  addresses: [],
  isWindows: false,
  systemDisk: { sizeGiB: 40 },
  dataDisks: [],
  ...more,
});
const skeleton = (...sources: InventorySource[]) =>
  planSkeleton(sources, { name: 'exit', regionId: 'cn-hangzhou' });
const read = async (...sources: InventorySource[]) => {
  const { plan, problems, warnings } = await readText(skeleton(...sources).text);
  expect(lines([...problems, ...warnings])).toEqual([]);
  return plan!;
};

test('every source is a server of a valid plan, with the sizes of its disks', async () => {
  const plan = await read(
    source('s-1'),
    source('s-2', {
      systemDisk: { sizeGiB: 80.5 },
      dataDisks: [
        { index: 1, sizeGiB: 500 },
        { index: 3, sizeGiB: 10 },
      ],
    }),
  );
  expect(plan).toMatchObject({ name: 'exit', policy: { maxConcurrent: 10 } });
  expect(plan.servers).toMatchObject([
    { sourceId: 's-1', name: 'host-1', job: { systemDiskSize: 40 } },
    {
      sourceId: 's-2',
      job: {
        systemDiskSize: 81,
        dataDisks: [
          { index: 1, size: 500 },
          { index: 3, size: 20 },
        ],
      },
    },
  ]);
});

test('a size beyond what SMC takes is brought within, and said', async () => {
  const huge = source('s-1', { systemDisk: { sizeGiB: 3000 } });
  expect((await read(huge)).servers[0]!.job.systemDiskSize).toBe(2048);
  expect(skeleton(huge).text).toContain("the source's disk has 3000 GiB, a target at most 2048");
});

test('what cannot be migrated, or was already, stands as a comment with the reason', async () => {
  const sources = [
    source('s-1'),
    source('s-2', { migrated: { batch: 'earlier', image: 'm-1' } }),
    source('s-3', {
      trouble: { code: 'SourceServer.Offline', message: 's-3 is Unavailable', remedy: 'Start it.' },
    }),
    source('s-4', { state: 'InUse', lastJobId: 'j-1' }),
  ];
  const { text, servers } = skeleton(...sources);
  expect(servers).toBe(1);
  expect((await read(...sources)).servers.map(({ sourceId }) => sourceId)).toEqual(['s-1']);
  for (const reason of [
    '  # migrated already by batch earlier: m-1\n  # - { sourceId: "s-2"',
    '  # s-3 is Unavailable. Start it.\n  # - { sourceId: "s-3"',
    '  # in use by a replication job: j-1\n  # - { sourceId: "s-4"',
  ])
    expect(text).toContain(reason);
});

test('Windows sources are comments where their region is outside mainland China', () => {
  const windows = source('s-1', { isWindows: true });
  expect(planSkeleton([windows], { name: 'x', regionId: 'cn-hongkong' }).servers).toBe(0);
  expect(planSkeleton([windows], { name: 'x', regionId: 'cn-beijing' }).servers).toBe(1);
});

test('names that are strange, shared or missing still make a valid plan', async () => {
  const { servers } = await read(
    source('s-1', { name: 'twin' }),
    source('s-2', { name: 'twin' }),
    source('s-3', { name: undefined }),
    source('s-4', { name: 'a\nb: [' }),
    source('s-5', { name: '"quoted" # &x: {', platform: 'Odd\nservers: []' }),
    source('s-6', { name: 'x'.repeat(200) }),
    source('s-7', { name: 's-1' }),
    source('s-8', { name: '007' }),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a plan replaces it by the variable.
    source('s-9', { name: '${env:HOME}' }),
  );
  expect(servers.map(({ name }) => name)).toEqual([
    'twin',
    'twin-s-2',
    's-3',
    's-4',
    '"quoted" # &x: {',
    's-6',
    's-1-s-7',
    '007',
    's-9',
  ]);
});
