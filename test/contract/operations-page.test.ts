import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ActivityContext, createActivities } from '../../activities';
import { simulatedOperations } from '../../src/simulator/operations';
import { operations } from '../../src/smc';
import * as schemas from '../../src/smc/requests';

const root = join(__dirname, '../..');
const rows = readFileSync(join(root, 'docs/smc-operations.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('docs/smc-operations.md has the thirteen operations of the client, in its order', () => {
  expect(rows.map(([operation]) => operation)).toEqual(Object.keys(operations).map((name) => `\`${name}\``));
  expect(rows).toHaveLength(13);
});

test.each(Object.keys(operations) as (keyof typeof operations)[])(
  '%s is there in every column',
  (operation) => {
    const file = operation.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
    const name = operation.charAt(0).toLowerCase() + operation.slice(1);
    const schema = Object.entries(schemas).find(([, value]) => value === operations[operation].request)?.[0];
    expect(createActivities({} as ActivityContext)).toHaveProperty(name);
    expect(simulatedOperations.has(operation)).toBe(true);
    const links = [
      `activities/${file}.ts`,
      `src/simulator/operations/${file}.ts`,
      `test/contract/operations/${file}.test.ts`,
    ];
    for (const path of links) expect([path, existsSync(join(root, path))]).toEqual([path, true]);
    expect(rows).toContainEqual([
      `\`${operation}\``,
      `\`${name}\``,
      `\`${schema}\``,
      ...links.map((path) => `[${path.split('/').at(-1)}](../${path})`),
    ]);
  },
);
