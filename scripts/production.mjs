// `npm run test:production`: the topology of docker-compose.yml without containers, with a batch on it through outages and
// upgrades. docs/production-test.md has its report; `--write` renews that.
import { readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, loadavg, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { asMarkdown } from './production/figures.mjs';
import { outages } from './production/outages.mjs';
import { onStage } from './production/stage.mjs';
import { throughput } from './production/throughput.mjs';
import { rolling, versions } from './production/upgrades.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, 'docs', 'production-test.md');
const parts = { outages, throughput, rolling, versions };

const usualServers = 48;

const usage = `npm run test:production [-- --only PART,…] [--servers N] [--workers N,…] [--write]
  --only     ${Object.keys(parts).join(', ')}; default: all of them, in this order
  --servers  of each batch, default ${usualServers}
  --workers  default 2; throughput takes one batch for each number, default 2,4
  --write    puts the report into docs/production-test.md`;

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 1;
});

async function main() {
  const options = readOptions();
  if (!options) return 2;
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'])
    process.once(name, () => interrupt.abort(new Error(`ended by ${name}`)));
  const began = performance.now();
  const say = (line) =>
    console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  const results = await onStage(root, { say, signal: interrupt.signal }, async (stage) => {
    const done = [];
    for (const name of options.only) {
      const load = loadavg()[0].toFixed(1);
      const result = await parts[name](stage, { ...options, workers: options.workers[name] });
      const asked = options.servers === usualServers ? name : `${name} --servers ${options.servers}`;
      done.push({ ...result, name, asked, load, temporal: stage.temporalVersion });
      console.log(`\n${result.title}\n\n${asMarkdown(result)}\n`);
    }
    return done;
  });
  if (options.write) writeFileSync(page, withReport(readFileSync(page, 'utf8'), results));
  const broken = results.flatMap(({ rules }) => rules).filter(({ holds }) => !holds);
  for (const { rule, seen } of broken) console.error(`BROKEN: ${rule}: ${seen}`);
  return broken.length === 0 ? 0 : 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: Object.keys(parts).join() },
      servers: { type: 'string', default: String(usualServers) },
      workers: { type: 'string' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const only = values.only.split(',');
  const servers = Number(values.servers);
  const given = values.workers?.split(',').map(Number);
  const wrong =
    only.some((name) => !parts[name]) || !(servers >= 12) || given?.some((count) => !(count >= 1));
  if (values.help || wrong) {
    console.error(usage);
    return undefined;
  }
  const workers = Object.fromEntries(Object.keys(parts).map((name) => [name, given ?? [2]]));
  if (!given) workers.throughput = [2, 4];
  return { only, servers, workers, write: values.write };
}

/** The page with the sections of these parts renewed; each is between its marks. */
function withReport(text, results) {
  return results.reduce((page, { name, asked, title, load, temporal, ...result }) => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const day = new Date().toISOString().slice(0, 10);
    const where = `${platform()} ${arch()}, ${availableParallelism()} cores, load ${load} before it began`;
    const how = `${day}, \`npm run test:production -- --only ${asked}\`: smc-batch ${version}, Temporal ${temporal} on PostgreSQL, Node ${process.versions.node}, ${where}.`;
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [head, rest] = page.split(begin);
    if (rest === undefined || !rest.includes(end))
      throw new Error(`docs/production-test.md has no ${begin} … ${end}`);
    return `${head}${begin}\n\n### ${title}\n\n${asMarkdown(result)}\n\n${how}\n\n${end}${rest.slice(rest.indexOf(end) + end.length)}`;
  }, text);
}
