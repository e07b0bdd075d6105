import { readFileSync } from 'node:fs';
import path from 'node:path';
import { program } from '../../src/program';
import { head, withPlanFile } from '../plan/a-plan';
import { captured } from '../plan/captured';
import { type Account, anAccount } from '../preview/an-account';

const page = readFileSync(path.join(__dirname, '../../docs/json.md'), 'utf8');

let account: Account;
beforeEach(async () => {
  account = await anAccount({
    servers: [
      { name: 'web', dataDisks: [{ sizeGiB: 100, usedGiB: 5 }] },
      { name: 'off' },
      { name: 'done', tags: { 'smc-batch': 'earlier', 'smc-batch-image': 'm-1' } },
    ],
    faults: { sources: [{ source: 'off', offline: true }] },
  });
  process.env.TEMPORAL_PROFILE = 'nobody';
});
afterEach(() => account.close());

/** Runs a command with `-o json`; gives what it printed. */
async function told(...args: string[]): Promise<unknown> {
  const { stdout } = await captured(() => program().parseAsync([...args, '-o', 'json'], { from: 'user' }));
  return JSON.parse(stdout);
}

/** Names in backquotes of the section with this heading, up to the next one. */
function documented(heading: string): string[] {
  const section = new RegExp(`^## ${heading}\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(page)?.[1] ?? '';
  return [...section.matchAll(/`([^`]+)`/g)].flatMap(([, name = '']) => name.replaceAll('[]', '').split('.'));
}

/** Names of the fields of a document; of maps by name only that they are there. */
function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    key,
    ...(key === 'serverSeconds' ? [] : fieldsOf(inner)),
  ]);
}

const planOf = (...names: string[]) =>
  `${head}servers: [${names.map((name) => `{ sourceName: ${name} }`).join(', ')}]\n`;
// Said once for all, or plain by their own names.
const everywhere = ['existing', 'running', 'jobs', 'id', 'quota', 'survey', 'servers', 'polling', 'total'];

test.each([
  ['validate PLAN', () => withPlanFile(planOf('web'), (file) => told('validate', file))],
  ['validate PLAN', () => withPlanFile(planOf('web', 'web'), (file) => told('validate', file))],
  ['preview PLAN', () => withPlanFile(planOf('web', 'off', 'done'), (file) => told('preview', file))],
  ['inventory', () => told('inventory')],
  ['doctor', () => told('doctor')],
])('every field that %s prints is in docs/json.md', async (heading, run) => {
  const names = [...documented(heading), ...everywhere];
  expect(names.length).toBeGreaterThan(everywhere.length + 3);
  const fields = fieldsOf(await run());
  expect(fields.length).toBeGreaterThan(0);
  expect([...new Set(fields)].filter((field) => !names.includes(field))).toEqual([]);
});
