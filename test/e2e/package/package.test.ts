import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SmcBatchClient } from '../../../src/library';
import { packageRoot } from '../../../src/temporal';
import { aHouse, type House } from '../house/a-house';

const run = promisify(execFile);
const root = packageRoot();
// Below node_modules: there the unpacked package finds what it depends on.
const folder = join(root, 'node_modules', '.cache', `package-${randomUUID()}`);
const env = { ...process.env, NO_COLOR: '1' };

let checked: { stdout: string; stderr: string };
beforeAll(async () => {
  checked = await run(process.execPath, [join(root, 'scripts', 'package-check.mjs'), folder], { env }).catch(
    (failed) => failed,
  );
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the packed package has only what runs, and its exports and types are found by every kind of resolution', () => {
  expect(checked.stderr).toBe('');
  expect(checked.stdout).toContain(' files, 0 problems');
});

test.each([
  ['commonjs', "const loaded = require('smc-batch')"],
  ['module', "const loaded = await import('smc-batch')"],
])('a program (%s) loads it, and nothing of the command line with it', async (kind, load) => {
  const show = `${load}; const { createRequire } = await import('node:module');
    console.log(JSON.stringify({ names: Object.keys(loaded), files: Object.keys(createRequire(process.cwd() + '/x.js').cache) }));`;
  const args = [
    '--input-type',
    'module',
    '-e',
    kind === 'module'
      ? show
      : `import { createRequire } from 'node:module'; const require = createRequire(process.cwd() + '/x.js'); ${show.replace("const { createRequire } = await import('node:module');", '')}`,
  ];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: join(folder, kind), env });
  expect(stderr).toBe('');
  const { names, files } = JSON.parse(stdout) as { names: string[]; files: string[] };
  expect(names).toEqual(expect.arrayContaining(['SmcBatchClient', 'SmcBatchError']));
  expect(files.filter((file) => /\/(terminal|commands|actions)\/|\/commander\//.test(file))).toEqual([]);
});

test('the example migrates its servers on a simulated account, and prints what it says', async () => {
  const address = process.env.TEST_TEMPORAL_ADDRESS!;
  const { stdout, stderr } = await run(process.execPath, ['migrate.js', 'plan.yaml'], {
    cwd: join(folder, 'module'),
    env: { ...env, TEMPORAL_ADDRESS: address, SMC_TASK_QUEUE: `library-${randomUUID()}` },
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^library started\n/);
  expect(stdout).toMatch(/^status waiting for approval$/m);
  for (const name of ['web-1', 'web-2', 'db-1'])
    expect(stdout).toMatch(new RegExp(`^${name} is image m-\\S+$`, 'm'));
  expect(stdout).toMatch(/\nstatus ended\n[\s\S]*\n3 of 3 migrated\n$/);
});

describe('what goes wrong', () => {
  let house: House;
  let client: SmcBatchClient;
  beforeAll(async () => {
    house = await aHouse({ servers: 1 });
    const { TEMPORAL_ADDRESS: address, SMC_TASK_QUEUE: taskQueue } = house.env;
    client = await SmcBatchClient.connect({ temporal: { address }, taskQueue, by: 'a program' });
  });
  afterAll(async () => {
    await client.close();
    await house.close();
  });

  test('a program can tell what went wrong by a code, and orders stand in the journal with its name', async () => {
    const plan = house.plan(1, { waves: [{ name: 'all', after: 'approval' }] });
    const unknown = client.batch('no-such-batch');
    await expect(unknown.progress()).rejects.toMatchObject({ name: 'SmcBatchError', code: 'NoSuchBatch' });
    await expect(unknown.result()).rejects.toMatchObject({ code: 'NoSuchBatch' });
    const { batch, how } = await client.apply(plan);
    expect(how).toBe('started');
    await expect(batch.progress()).rejects.toMatchObject({ code: 'NoWorker' });
    await expect(batch.pause()).rejects.toMatchObject({ code: 'NoWorker' });
    await house.startWorker();
    for await (const change of batch.watch({ everyMs: 200 }))
      if (change.kind === 'status' && change.status === 'waiting for approval') break;
    expect(await client.apply(plan)).toMatchObject({ how: 'attached' });
    await expect(batch.approve('no-such-wave')).rejects.toMatchObject({ code: 'Refused' });
    await expect(batch.explain('no-such-server')).rejects.toMatchObject({ code: 'NoSuchServer' });
    await batch.pause();
    expect(await batch.journal()).toEqual(
      expect.arrayContaining([expect.objectContaining({ by: 'a program' })]),
    );
    await batch.cancel();
    await expect(batch.result()).rejects.toMatchObject({ code: 'Cancelled' });
    await expect(batch.resume()).rejects.toMatchObject({ code: 'NotRunning' });
    const nowhere = SmcBatchClient.connect({ temporal: { address: '127.0.0.1:1' } });
    await expect(nowhere).rejects.toMatchObject({ code: 'TemporalUnavailable' });
  });
});
