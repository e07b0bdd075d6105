// Has the official SDKs for Node, Python and Go call the simulator, signed in both ways, and writes what they have sent into
// test/smc/official-requests.json: the vectors that our own signatures are compared with. Build first. It needs the registries of npm,
// PyPI and Go, python3 and go; names of SDKs as arguments leave the others as they are. What is installed is in a folder of its own, which is removed.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { startSimulator } = createRequire(import.meta.url)(join(root, 'dist/src/simulator/index.js'));
const target = join(root, 'test/smc/official-requests.json');
const name = "web a*b~c!'()+%&=/?:@,;$#[] 迁移😀";
const sdks = {
  node: {
    packages: ['@alicloud/openapi-client@0.4.15', '@alicloud/pop-core@1.8.0', '@alicloud/tea-util@1.4.9'],
    install: (folder, packages) =>
      run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], folder),
    call: [process.execPath, 'node.cjs'],
  },
  python: {
    packages: ['alibabacloud_tea_openapi==0.4.6', 'aliyun-python-sdk-core==2.16.1'],
    install(folder, packages) {
      run('python3', ['-m', 'venv', 'venv'], folder);
      run(join(folder, 'venv/bin/pip'), ['install', '--quiet', ...packages], folder);
    },
    call: ['venv/bin/python', 'call.py'],
  },
  go: {
    packages: ['github.com/alibabacloud-go/darabonba-openapi/v2@v2.1.13'],
    install(folder, packages) {
      run('go', ['mod', 'init', 'official'], folder);
      run('go', ['get', ...packages], folder);
      run('go', ['mod', 'tidy'], folder);
      run('go', ['build', '-o', 'official', '.'], folder);
    },
    call: ['./official'],
  },
};

const only = process.argv.slice(2);
const simulator = await startSimulator({ speed: 0, servers: [{ name }, { name: 'another' }] });
const recorded = [];
let sdk = '';
const recorder = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { method, url, headers } = request;
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const covered = ['content-type', 'authorization', ...signed];
  recorded.push({
    sdk,
    method,
    url,
    headers: Object.fromEntries(Object.entries(headers).filter(([one]) => covered.includes(one))),
    body: body.toString('utf8'),
  });
  const { hostname, port } = new URL(simulator.endpoint);
  const onward = forward({ hostname, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.end(body);
}).listen(0, '127.0.0.1');
await once(recorder, 'listening');

try {
  for (const [kind, { packages, install, call }] of Object.entries(sdks)) {
    if (only.length > 0 && !only.includes(kind)) continue;
    sdk = `${kind}: ${packages.join(', ')}`;
    const folder = mkdtempSync(join(tmpdir(), 'smc-batch-sdk-'));
    try {
      console.log(sdk);
      for (const file of ['node.cjs', 'call.py', 'main.go'])
        copyFileSync(join(root, 'scripts/official-sdks', file), join(folder, file));
      install(folder, packages);
      const [program, ...args] = call;
      const child = spawn(program, [...args, `127.0.0.1:${recorder.address().port}`, name], {
        cwd: folder,
        env: withoutProxies(),
        stdio: 'inherit',
      });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`${kind}: exit code ${code}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  // Those of SDKs that were not asked for stay.
  const before = existsSync(target) ? JSON.parse(readFileSync(target, 'utf8')) : [];
  const kept = only.length > 0 ? before.filter((one) => !only.includes(one.sdk.split(':')[0])) : [];
  writeFileSync(target, `${JSON.stringify([...kept, ...recorded], undefined, 2)}\n`);
  console.log(`${recorded.length} requests, all accepted: ${target}`);
} finally {
  recorder.closeAllConnections();
  recorder.close();
  await simulator.close();
}

function run(program, args, cwd) {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function withoutProxies() {
  return Object.fromEntries(Object.entries(process.env).filter(([one]) => !/_proxy$/i.test(one)));
}
