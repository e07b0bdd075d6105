// One process for the workers of many tests: each is the product's, with an environment of its own.
// A request's body begins with a line, the environment; the worker is shut down when the body ends or its sender dies.
// The answer is what the worker says, and ends with it.
const { AsyncLocalStorage } = require('node:async_hooks');
const { createServer } = require('node:http');
const { join } = require('node:path');

const temporal = join(__dirname, '..', '..', '..', 'dist', 'src', 'temporal');
const { temporalSettings, workerSettings } = require(temporal);
const { createWorker, installRuntime } = require(join(temporal, 'worker'));

const environments = new AsyncLocalStorage();
const ofProcess = process.env;
const current = () => environments.getStore() ?? ofProcess;
process.env = new Proxy(ofProcess, {
  get: (_, name) => current()[name],
  has: (_, name) => name in current(),
  ownKeys: () => Reflect.ownKeys(current()),
  getOwnPropertyDescriptor: (_, name) => Object.getOwnPropertyDescriptor(current(), name),
  set: (_, name, value) => Reflect.set(current(), name, String(value)),
  deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
});

installRuntime({ log: { level: 'warn', format: 'text' } });

const server = createServer((request, response) => {
  const end = new AbortController();
  request.once('close', () => end.abort());
  request.once('end', () => end.abort());
  response.once('close', () => end.abort());
  let head = '';
  request.setEncoding('utf8').on('data', (chunk) => {
    if (head === undefined) return;
    head += chunk;
    if (!head.includes('\n')) return;
    // Workflows in the main thread, as the SDK does it for debuggers: a thread for each worker would load and warm up all of
    // their code anew. Workers that are processes of their own have theirs.
    const env = { ...JSON.parse(head.slice(0, head.indexOf('\n'))), TEMPORAL_DEBUG: '1' };
    head = undefined;
    const say = (line) => response.write(`${line}\n`);
    environments
      .run(env, () => work(end.signal, say))
      .catch((error) => say(`The worker has failed: ${error.message}`))
      .finally(() => response.end());
  });
});

async function work(signal, say) {
  const worker = await createWorker(temporalSettings(), workerSettings(), say);
  say('connected');
  signal.addEventListener('abort', () => worker.shutdown());
  if (signal.aborted) worker.shutdown();
  await worker.run();
}
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.once('disconnect', () => process.exit());
