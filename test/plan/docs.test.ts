import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { planJsonSchema, readPlan } from '../../src/plan';
import { settingHelp } from '../../src/plan/schema/setting-help';

const root = path.join(__dirname, '../..');
const examples = readdirSync(path.join(root, 'examples')).filter((name) => name.endsWith('.yaml'));

test.each(examples)('examples/%s is valid, without a warning', async (name) => {
  const read = await readPlan(path.join(root, 'examples', name), {
    environment: {},
    now: new Date('2026-01-01'),
  });
  expect(read.problems).toEqual([]);
  expect(read.warnings).toEqual([]);
});

test('docs/plan.md names every field of the plan (UPDATE_DOCS=1 rewrites its table of settings)', () => {
  const doc = path.join(root, 'docs/plan.md');
  const rows = Object.entries(settingHelp).map(([field, { description, enum: values }]) => {
    const words = values ? ` One of ${values.map((value) => `\`${value}\``).join(', ')}.` : '';
    return `| \`${field}\` | ${description}${words} |`;
  });
  const table = ['| setting | |', '| --- | --- |', ...rows].join('\n');
  const written = readFileSync(doc, 'utf8');
  const current = written.replace(
    /(<!-- settings:.*-->\n)[\s\S]*(<!-- \/settings -->)/,
    `$1${table.replaceAll('$', '$$$$')}\n$2`,
  );
  if (process.env.UPDATE_DOCS) writeFileSync(doc, current);
  expect(process.env.UPDATE_DOCS ? current : written).toBe(current);

  const { missing, known } = namesIn(planJsonSchema(), current);
  expect(known).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

/** Field names of a JSON Schema that a text does not have in backquotes. */
function namesIn(schema: unknown, text: string): { missing: string[]; known: number } {
  const names = new Set<string>();
  const collect = (node: unknown, depth: number): void => {
    if (typeof node !== 'object' || node === null || depth > 12) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name);
      // What is inside of disks is the API's to tell.
      if (['dataDisks', 'disks', 'systemDiskParts'].includes(key)) continue;
      collect(value, depth + 1);
    }
  };
  collect(schema, 0);
  const written = new Set([...text.matchAll(/`([\w$.]+)`/g)].flatMap((match) => match[1]!.split('.')));
  for (const name of ['csv', 'columns']) written.add(name);
  return { missing: [...names].filter((name) => !written.has(name)), known: names.size };
}

test('the JSON Schema tells an editor every field, its default and what it is for', () => {
  const schema = planJsonSchema() as {
    properties: Record<string, unknown>;
    definitions: Record<string, { properties: Record<string, { description?: string }> }>;
  };
  expect(schema).toMatchObject({
    title: 'smc-batch plan',
    required: ['version', 'name', 'servers'],
    additionalProperties: false,
    properties: {
      policy: { properties: { attempts: { default: 3, maximum: 20 }, jobTimeout: { default: '7d' } } },
    },
  });
  expect(Object.keys(schema.definitions).sort()).toEqual(['jobSettings', 'server', 'wave']);
  for (const { properties } of Object.values(schema.definitions)) {
    for (const [name, field] of Object.entries(properties))
      expect([name, field.description]).toEqual([name, expect.any(String)]);
  }
});
