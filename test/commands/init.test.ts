import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { initCommand } from '../../src/commands/init';
import { planJsonSchema, readPlan } from '../../src/plan';
import { captured } from '../plan/captured';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'smc-batch-init-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const nobody = () => ({ input: new PassThrough(), output: new PassThrough(), interactive: false });
const init = (args: string[], terminal: Parameters<typeof initCommand>[0] = nobody()) =>
  captured(() => initCommand(terminal).parseAsync(args, { from: 'user' }));

test.each([
  ['yaml', ['batch.yaml', 'smc-batch.schema.json']],
  ['csv', ['batch.yaml', 'servers.csv', 'smc-batch.schema.json']],
])('the %s plan it writes is valid as it is, without a warning', async (servers, files) => {
  const target = path.join(dir, 'dc 1');
  const { failure, stdout } = await init([target, '--servers', servers, '--region', 'cn-beijing']);

  expect(failure).toBeUndefined();
  expect(stdout).toContain(
    `Next: replace the example servers, then smc-batch validate '${target}/batch.yaml'`,
  );
  expect((await readdir(target)).sort()).toEqual(files);
  const { plan, problems, warnings } = await readPlan(path.join(target, 'batch.yaml'));
  expect([...problems, ...warnings]).toEqual([]);
  expect(plan).toMatchObject({
    name: 'dc-1',
    servers: [{ name: 'web-01', job: { regionId: 'cn-beijing' } }, {}],
  });
  const schema = await readFile(path.join(target, 'smc-batch.schema.json'), 'utf8');
  expect(JSON.parse(schema)).toEqual(JSON.parse(JSON.stringify(planJsonSchema())));
});

test('existing files stay without --force', async () => {
  await writeFile(path.join(dir, 'batch.yaml'), 'mine');
  const refused = await init([dir]);
  expect(refused.failure).toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('batch.yaml exists'),
  });
  expect(await readdir(dir)).toEqual(['batch.yaml']);

  expect((await init([dir, '--name', 'demo', '--force'])).failure).toBeUndefined();
  expect((await readPlan(path.join(dir, 'batch.yaml'))).plan?.name).toBe('demo');
});

test('a name that cannot be an id is refused before anything is written', async () => {
  const { failure } = await init([dir, '--name', 'a b']);
  expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('is no batch name') });
  expect(await readdir(dir)).toEqual([]);
});

test('on a terminal it asks for missing flags', async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  let asked = '';
  const answers = ['', 'csv'];
  output.on('data', (chunk) => {
    asked += String(chunk);
    if (/: $/.test(String(chunk))) input.write(`${answers.shift()}\n`);
  });
  const { failure } = await init([dir, '--name', 'demo'], { input, output, interactive: true });

  expect(failure).toBeUndefined();
  expect(asked).not.toContain('Name of the batch');
  expect(asked).toContain('Region of the images [cn-hangzhou]: ');
  expect((await readPlan(path.join(dir, 'batch.yaml'))).plan?.servers[0]?.job.regionId).toBe('cn-hangzhou');
  expect(await readdir(dir)).toContain('servers.csv');
});

test('an input that ends leaves the folder as it was', async () => {
  const input = new PassThrough();
  const running = init([dir], { input, output: new PassThrough(), interactive: true });
  input.end();
  expect((await running).failure).toMatchObject({ exitCode: 4 });
  expect(await readdir(dir)).toEqual([]);
});
