import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { readPlan } from '../../src/plan';
import { growth } from '../growth';
import { head, lines, readText } from './a-plan';

test('a plan is resolved: defaults applied, the nearest setting wins, maps are joined', async () => {
  const { plan, problems } = await readText(`version: 1
name: dc1-exit
defaults: { regionId: cn-hangzhou, systemDiskSize: 80, tags: { app: shop, team: a }, replicationParameters: { compress_level: 7 } }
waves:
  - { name: canary, failureThreshold: 0 }
  - { name: rest, failureThreshold: 12.5%, defaults: { systemDiskSize: 100, replicationParameters: { checksum: true } } }
servers:
  - { sourceId: s-1, name: web-01, jobName: job-of-web-01, tags: { team: b } }
  - { sourceName: db-01, wave: rest, dependsOn: [web-01], exclusive: db, dataDisks: [{ index: 1, size: 200 }] }
  - { sourceName: db-02, wave: rest, systemDiskSize: 120 }
`);

  expect(problems).toEqual([]);
  expect(plan).toEqual({
    name: 'dc1-exit',
    account: { id: 'default', quota: { jobs: 100, running: 50 } },
    policy: {
      maxConcurrent: 50,
      attempts: 3,
      restartDelaySeconds: 60,
      jobTimeoutSeconds: 604_800,
      stallTimeoutSeconds: 21_600,
      onFailure: 'deleteJob',
      lockoutDates: [],
      priority: 0,
    },
    waves: [
      { name: 'canary', failureThreshold: { count: 0 }, overlap: false },
      { name: 'rest', failureThreshold: { share: 0.125 }, overlap: false },
    ],
    servers: [
      {
        name: 'web-01',
        sourceId: 's-1',
        wave: 'canary',
        job: {
          regionId: 'cn-hangzhou',
          name: 'job-of-web-01',
          systemDiskSize: 80,
          tags: [
            { key: 'app', value: 'shop' },
            { key: 'team', value: 'b' },
          ],
          replicationParameters: '{"compress_level":7}',
        },
      },
      {
        name: 'db-01',
        sourceName: 'db-01',
        wave: 'rest',
        dependsOn: ['web-01'],
        exclusive: 'db',
        job: {
          regionId: 'cn-hangzhou',
          systemDiskSize: 100,
          dataDisks: [{ index: 1, size: 200 }],
          tags: [
            { key: 'app', value: 'shop' },
            { key: 'team', value: 'a' },
          ],
          replicationParameters: '{"compress_level":7,"checksum":true}',
        },
      },
      expect.objectContaining({ name: 'db-02', job: expect.objectContaining({ systemDiskSize: 120 }) }),
    ],
  });
});

test('a plan without waves has one, named all; running follows a smaller quota of jobs', async () => {
  const { plan } = await readText(`${head}account: { quota: { jobs: 20 } }\nservers: [{ sourceId: s-1 }]\n`);

  expect(plan).toMatchObject({
    account: { quota: { jobs: 20, running: 20 } },
    policy: { maxConcurrent: 20 },
    waves: [{ name: 'all', overlap: false }],
    servers: [{ name: 's-1', wave: 'all' }],
  });
});

test('a JSON plan is read as well, with places', async () => {
  const json = JSON.stringify(
    {
      $schema: './smc-batch.schema.json',
      version: 1,
      name: 'demo',
      servers: [{ sourceId: 's-1', regionID: 'r' }],
    },
    null,
    '\t',
  );
  const { problems } = await readText(json);
  expect(lines(problems)).toEqual(["batch.yaml:8:4 unknown-field: unknown field 'regionID'"]);
  expect((await readText(json.replace('regionID', 'regionId'))).problems).toEqual([]);
});

test('a plan with five different mistakes prints five problems with places', async () => {
  const { problems } = await readText(`version: 1
name: dc1 exit
defaults: { regionId: cn-hangzhou, netMode: 2, vswitchId: vsw-1 }
policy: { maxConcurrent: 80 }
servers:
  - { sourceId: s-1, wave: canary, imageName: 1x }
`);
  expect(lines(problems)).toEqual([
    "batch.yaml:2:7 invalid-value: name: 1 to 64 letters, digits, '-', '_' and '.'",
    "batch.yaml:3:48 unknown-field: unknown field 'vswitchId' in defaults",
    "batch.yaml:4:26 quota-order: policy.maxConcurrent (80) is more than the account's quota.running (50)",
    'batch.yaml:6:28 wave-unknown: s-1: there is no wave canary',
    "batch.yaml:6:47 invalid-value: imageName: starts with a letter and has only letters, digits, ':', '_' and '-'",
  ]);
});

test('a mistake in the defaults is reported once, at its value', async () => {
  const { problems } = await readText(`version: 1
name: demo
defaults: { regionId: cn-hangzhou, systemDiskSize: 80 }
waves:
  - { name: a, defaults: { runOnce: false, frequency: 12 } }
  - { name: b }
servers:
  - { sourceId: s-1, wave: a }
  - { sourceId: s-2, wave: a }
  - { sourceId: s-3, wave: b, netMode: 2 }
`);
  expect(lines(problems)).toEqual([
    'batch.yaml:5:37 settings-conflict: runOnce false needs maxNumberOfImageToKeep (1 to 10) (s-1, s-2)',
    'batch.yaml:10:40 settings-conflict: netMode 2 needs vSwitchId',
  ]);
});

test('a cycle of dependencies is reported with its path', async () => {
  const { problems } = await readText(`${head}servers:
  - { sourceId: s-1, name: a, dependsOn: [b] }
  - { sourceId: s-2, name: b, dependsOn: [c] }
  - { sourceId: s-3, name: c, dependsOn: [a] }
  - { sourceId: s-4, name: d, dependsOn: [d, a] }
`);
  expect(problems.map(({ message }) => message)).toEqual(['a cycle: a → b → c → a', 'd depends on itself']);
});

test('two servers may not depend on each other over a diamond, but may share a dependency', async () => {
  const { problems } = await readText(`${head}servers:
  - { sourceId: s-1, name: a }
  - { sourceId: s-2, name: b, dependsOn: [a] }
  - { sourceId: s-3, name: c, dependsOn: [a] }
  - { sourceId: s-4, name: d, dependsOn: [b, c] }
`);
  expect(problems).toEqual([]);
});

test('a text takes environment variables by name, and nothing else', async () => {
  const text = `${head}servers: [{ sourceId: "\${env:SOURCE}", imageName: "web-\${env:SITE}", description: "$HOME" }]\n`;
  const { plan, problems } = await readText(text.replace(', description: "$HOME"', ''), {
    environment: { SOURCE: 's-9', SITE: 'dc1', HOME: '/root' },
  });
  expect(problems).toEqual([]);
  expect(plan?.servers[0]).toMatchObject({ sourceId: 's-9', job: { imageName: 'web-dc1' } });

  const unset = await readText(`${head}servers: [{ sourceId: "\${env:NOPE}" }]\n`);
  expect(lines(unset.problems)).toEqual([
    'batch.yaml:4:23 env-not-set: the environment variable NOPE is not set',
  ]);
});

test('what is allowed but seldom meant is a warning', async () => {
  const servers = Array.from({ length: 12 }, (_, i) => `  - { sourceId: s-${i}, imageName: same }\n`).join(
    '',
  );
  const { plan, warnings } = await readText(
    `version: 1\nname: demo\ndefaults: { regionId: r, validTime: "2030-01-02T00:00:00Z" }\nwaves: [{ name: a }, { name: b }]\nservers:\n${servers}`,
  );
  expect(plan).toBeDefined();
  expect(lines(warnings)).toEqual([
    'batch.yaml:3:1 vswitch-missing: 12 servers in r have no vSwitchId, 12 of them run at once',
    'batch.yaml:3:1 disk-size-missing: systemDiskSize is missing for every server',
    'batch.yaml:3:37 time-out-of-range: validTime is 7 to 90 days after the creation',
    'batch.yaml:4:30 wave-empty: no server is in the wave b',
    'batch.yaml:7:33 image-name-twice: 12 servers make the image same in r: s-0, s-1, s-2 and 9 more',
  ]);
});

test('an empty wave is told with the wave that servers without one are in', async () => {
  const servers = 'servers: [{ sourceId: s-1, wave: a }, { sourceId: s-2 }, { sourceId: s-3 }]\n';
  const { warnings } = await readText(`${head}waves: [{ name: a }, { name: b }]\n${servers}`);
  expect(warnings).toMatchObject([
    {
      code: 'wave-empty',
      fix: 'servers without a wave are in the first one, a (2 of 3): write wave: b on those that shall wait',
    },
  ]);
});

test('a source whose name cannot be one of the batch needs a name', async () => {
  const long = 'x'.repeat(129);
  const { problems } = await readText(`${head}servers: [{ sourceName: ${long} }]\n`);
  expect(problems).toMatchObject([
    { code: 'invalid-value', line: 4, column: 25, fix: expect.stringContaining('name') },
  ]);
  expect((await readText(`${head}servers: [{ sourceName: ${long}, name: x }]\n`)).problems).toEqual([]);
});

test('at most 18 tags: SMC takes 20, two of them are ours', async () => {
  const tags = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `t${from + i}: x`).join(', ');
  const plan = `version: 1\nname: demo\ndefaults: { regionId: r, systemDiskSize: 80, tags: { ${tags(0, 10)} } }\n`;
  const server = (to: number) => `servers: [{ sourceId: s-1, tags: { ${tags(10, to)} } }]\n`;
  expect((await readText(plan + server(18))).problems).toEqual([]);
  expect((await readText(plan + server(19))).problems).toMatchObject([{ code: 'tags-too-many', line: 4 }]);
});

test('anchors and aliases work as often as a plan needs them, with the place of the anchor', async () => {
  const servers = Array.from({ length: 300 }, (_, i) => `  - { sourceId: s-${i}, dataDisks: *disks }\n`).join(
    '',
  );
  const first = '  - { sourceId: first, dataDisks: &disks [{ index: 1, size: 200 }] }\n';
  expect((await readText(`${head}servers:\n${first}${servers}`)).problems).toEqual([]);

  const wrong = await readText(`${head}servers:\n${first.replace('200', '2')}${servers}`);
  expect(lines(wrong.problems)).toEqual([
    'batch.yaml:5:61 invalid-value: servers[0].dataDisks[0].size: a data disk has 20 to 32768 GiB'.replace(
      'servers[0].',
      '',
    ),
  ]);
});

test('aliases that blow a plan up, or hold themselves, are one problem', async () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [i, name] of [...'bcdefghij'].entries()) {
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${'abcdefghij'[i]}`).join(', ')}]`);
  }
  expect((await readText(bomb.join('\n'))).problems).toMatchObject([{ code: 'yaml-aliases' }]);
  expect((await readText('a: &a { b: *a }\n')).problems).toMatchObject([
    { code: 'yaml-aliases', line: 1, column: 12 },
  ]);
});

describe('a file that cannot be a plan is one clear problem', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'smc-batch-plan-'));
    await mkdir(path.join(dir, 'folder'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  test.each([
    ['missing.yaml', 'file-not-found', 'does not exist'],
    ['folder', 'file-unreadable', 'it is a directory'],
  ])('%s', async (name, code, words) => {
    const { problems, plan } = await readPlan(path.join(dir, name));
    expect(plan).toBeUndefined();
    expect(problems).toEqual([
      expect.objectContaining({ code, line: 1, column: 1, message: expect.stringContaining(words) }),
    ]);
  });

  test.each([
    ['not UTF-8', Buffer.from([0x6e, 0xff, 0xfe]), 'file-not-utf8'],
    ['empty', '', 'empty-plan'],
    ['a list', '- a\n- b\n', 'wrong-type'],
    ['a text', 'hello', 'wrong-type'],
    ['nested too deeply', '['.repeat(50_000), 'yaml-syntax'],
    ['two documents', 'version: 1\n---\nversion: 1\n', 'yaml-syntax'],
  ])('%s', async (_, text, code) => {
    expect((await readText(text)).problems.map((problem) => problem.code)).toEqual([code]);
  });
});

test('a byte order mark and Windows line ends do not move places', async () => {
  const { problems } = await readText(
    `\ufeff${head}servers:\n  - { sourceId: s-1, wave: x }\n`.replaceAll('\n', '\r\n'),
  );
  expect(lines(problems)).toEqual(['batch.yaml:5:28 wave-unknown: s-1: there is no wave x']);
});

test('to read and judge 2,000 servers is some ten times the work of 200', async () => {
  const read = async (count: number) => {
    const servers = Array.from(
      { length: count },
      (_, i) =>
        `  - { sourceId: s-${i}, name: web-${i}, imageName: web-${i}-migrated, tags: { app: shop }, dataDisks: [{ index: 1, size: 200 }], dependsOn: [${i > 0 ? `web-${i - 1}` : ''}] }\n`,
    );
    const { plan } = await readText(`${head}servers:\n${servers.join('')}`);
    expect(plan?.servers).toHaveLength(count);
  };
  const times = await growth([200, 2_000], read);
  expect(times).toBeLessThan(30);
});

test('whatever stands in a file, reading it gives a plan or problems', async () => {
  const word = fc.constantFrom(
    'version',
    '1',
    'name',
    'servers',
    'waves',
    'defaults',
    'policy',
    'sourceId',
    'dependsOn',
    'csv',
    'tags',
    'null',
    '~',
    'true',
    '-',
    ':',
    ': ',
    '\n',
    '\n  ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '&a',
    '*a',
    '<<',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a plan's own way to name a variable.
    '${env:X}',
    '__proto__',
    '|',
    '#',
    '!x',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 30 }), async (words) => {
      const { plan, problems } = await readText(words.join(''));
      expect(plan === undefined).toBe(problems.length > 0);
    }),
    { numRuns: 300 },
  );
});
