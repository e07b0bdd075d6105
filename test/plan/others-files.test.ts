import { formatProblems, readPlan } from '../../src/plan';
import { head, readText, withPlanFile } from './a-plan';

const shownOf = async (
  text: string,
  environment: Record<string, string>,
  beside: Record<string, string> = {},
) => {
  const read = await readText(text, { environment, beside });
  return { ...read, shown: `${formatProblems(read.problems, read.sources)}${JSON.stringify(read.problems)}` };
};

test.each([
  ['the process environment', 'HOME=/root\0AWS_SECRET=hunter2\0'],
  ['a password file', 'root:hunter2:0:0:root:/root:/bin/bash\n'],
  ['a file of settings', 'DATABASE_PASSWORD=hunter2\nname=x\n'],
  ['a CSV of something else', 'user,password\nroot,hunter2\n'],
])('a plan that names %s as its CSV shows nothing of it', async (_what, content) => {
  const { problems, shown, sources } = await shownOf(
    `${head}servers: { csv: other }\n`,
    {},
    { other: content },
  );
  expect(problems).toEqual([
    expect.objectContaining({ code: 'csv-header', file: expect.stringContaining('batch.yaml') }),
  ]);
  expect(shown).not.toContain('hunter2');
  expect([...sources.keys()]).toHaveLength(1);
});

test('a plan that names the process environment as its CSV prints none of it', async () => {
  process.env.SMC_BATCH_TEST_SECRET = 'hunter2';
  await withPlanFile(`${head}servers: { csv: /proc/self/environ }\n`, async (file) => {
    const { problems, sources } = await readPlan(file);
    expect(problems).toHaveLength(1);
    expect(formatProblems(problems, sources)).not.toMatch(/hunter2|PATH=/);
  });
});

test('a device is refused as a CSV', async () => {
  const { problems } = await readText(`${head}servers: { csv: /dev/zero }\n`);
  expect(problems).toEqual([expect.objectContaining({ code: 'file-unreadable' })]);
});

test('a CSV with one header, mistyped or named by the plan, gets a problem for each line', async () => {
  const typo = await readText(`${head}servers: { csv: s.csv }\n`, { beside: { 's.csv': 'sourceld\ns-1\n' } });
  expect(typo.problems).toEqual([expect.objectContaining({ fix: 'did you mean sourceId?', line: 1 })]);
  const renamed = await readText(`${head}servers: { csv: s.csv, columns: { Host: sourceName } }\n`, {
    beside: { 's.csv': 'Host\nweb\n' },
  });
  expect(renamed.problems).toEqual([]);
});

test.each([
  'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  'ALIBABA_CLOUD_SECURITY_TOKEN',
  'ALIBABA_CLOUD_ACCESS_KEY_ID',
  'TEMPORAL_API_KEY',
  'SMC_WEBHOOK_URL',
  'DB_PASSWORD',
])('a plan cannot take the secret %s from the environment', async (name) => {
  const { problems, shown } = await shownOf(
    `${head}servers: [{ sourceId: s-1, name: '\${env:${name}}' }]\n`,
    { [name]: 'hunter2' },
  );
  expect(problems).toEqual([expect.objectContaining({ code: 'env-secret' })]);
  expect(shown).not.toContain('hunter2');
});

test('a problem names the variable of the environment, not its value', async () => {
  const plan = `${head}servers:
  - { sourceId: s-1, name: '\${env:SITE}', wave: 'x-\${env:SITE}' }
  - { sourceId: s-2, name: '\${env:SITE}', dependsOn: ['no-\${env:SITE}'] }
`;
  const { problems, shown } = await shownOf(plan, { SITE: 'hunter2' });
  expect(problems.length).toBeGreaterThan(2);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as the plan has it.
  expect(shown).toContain('there is no wave x-${env:SITE}');
  expect(shown).not.toContain('hunter2');
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
  'a plan may use the name %s everywhere',
  async (name) => {
    const { problems, plan } = await readText(
      `version: 1
name: ${name}
defaults: { regionId: cn-hangzhou, systemDiskSize: 80, vSwitchId: vsw-1 }
waves: [{ name: ${name} }]
servers: { csv: s.csv, columns: { Host: name } }
`,
      { beside: { 's.csv': `sourceId,Host,wave,exclusive\ns-1,${name},${name},${name}\n` } },
    );
    expect(problems).toEqual([]);
    expect(plan).toMatchObject({ name, waves: [{ name }], servers: [{ name, wave: name, exclusive: name }] });
    const unknown = await readText(`${head}servers: [{ sourceId: s-1, ${name}: 1 }]\n`);
    expect(unknown.problems).toEqual([expect.objectContaining({ code: 'unknown-field' })]);
    const column = await readText(`${head}servers: { csv: s.csv }\n`, {
      beside: { 's.csv': `sourceId,${name}\ns-1,x\n` },
    });
    expect(column.problems).toEqual([expect.objectContaining({ code: 'csv-header' })]);
    const unset = await readText(`${head}servers: [{ sourceId: s-1, name: '\${env:${name}}' }]\n`);
    expect(unset.problems).toEqual([expect.objectContaining({ code: 'env-not-set' })]);
    const tagged = await readText(`${head}servers: [{ sourceId: s-1, tags: { ${name}: x } }]\n`);
    const tags = tagged.plan?.servers[0]?.job.tags;
    if (name === '__proto__')
      expect(tagged.problems).toEqual([expect.objectContaining({ code: 'invalid-value' })]);
    else expect(tags).toEqual([{ key: name, value: 'x' }]);
  },
);
