// Writes docs/smc-operations.md from what is built and tested; with --check only says whether the file is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const target = join(root, 'docs/smc-operations.md');

if (!existsSync(join(dist, 'src/smc/client.js'))) {
  console.error('smc-operations: build first: npx tsc -p tsconfig.build.json');
  process.exit(1);
}
const require = createRequire(import.meta.url);
const { operations } = require(join(dist, 'src/smc/client.js'));
const schemas = require(join(dist, 'src/smc/requests.js'));
const { simulatedOperations } = require(join(dist, 'src/simulator/operations/index.js'));
const { createActivities } = require(join(dist, 'activities/index.js'));
const activities = createActivities({});

const rows = Object.keys(operations).map((operation) => {
  const file = operation.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
  const name = operation.charAt(0).toLowerCase() + operation.slice(1);
  const schema = Object.keys(schemas).find((key) => schemas[key] === operations[operation].request);
  const cells = [
    `\`${name}\``,
    schema && `\`${schema}\``,
    activities[name] && link(`activities/${file}.ts`),
    simulatedOperations.has(operation) && link(`src/simulator/operations/${file}.ts`),
    link(`test/contract/operations/${file}.test.ts`),
  ];
  return [`\`${operation}\``, ...cells.map((cell) => cell || '**missing**')];
});
const page = operationsPage(rows);

if (!process.argv.includes('--check')) {
  writeFileSync(target, page);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== page) {
  console.error('docs/smc-operations.md is stale: run node scripts/smc-operations.mjs');
  process.exit(1);
}
if (page.includes('**missing**')) {
  console.error('docs/smc-operations.md: an operation lacks something');
  process.exit(1);
}

function link(path) {
  return existsSync(join(root, path)) ? `[${path.split('/').at(-1)}](../${path})` : undefined;
}

function operationsPage(rows) {
  const head = [
    'operation',
    'client method',
    'request schema',
    'activity',
    'simulator operation',
    'contract test',
  ];
  return `<!-- Written by node scripts/smc-operations.mjs from the built code and the tests' names. -->
# Operations of SMC, and where each of them lives

All ${rows.length} operations of SMC 2019-06-01 have a method of the client (\`createSmcClient\`), a schema that refuses a request which
breaks the API's rules before it is sent, an activity, an operation of the simulator and a test of its rules over HTTP.
That client and simulator judge requests alike is held by one table,
[request-cases.ts](../test/contract/request-cases.ts), which runs against both.

${table(head, rows)}
`;
}

// Columns of even width, as the formatter wants them.
function table(head, rows) {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((cells) => cells[i].length)));
  const lines = [head, widths.map((width) => '-'.repeat(width)), ...rows];
  return lines.map((cells) => `| ${cells.map((text, i) => text.padEnd(widths[i])).join(' | ')} |`).join('\n');
}
