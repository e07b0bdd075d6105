import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { claimData, type DevServerOptions, startDevServer, workerSettings } from '../../temporal';
import { CommandFailure } from '../../terminal/failure';
import { interruptSignal } from '../../terminal/interrupt';
import { sayAside } from '../../terminal/output';
import { shellWord } from '../../text';
import { runWorker } from './run-worker';

export interface DevOptions {
  port: number;
  uiPort?: number;
  dbFilename: string;
}

/** Runs a local Temporal server and a worker until a signal ends them. */
export async function dev(options: DevOptions): Promise<void> {
  const interrupt = interruptSignal();
  const say = sayAside;
  // The one worker of a local server takes all work: it has no versions.
  const smc = { ...workerSettings(), deployment: undefined };
  try {
    mkdirSync(dirname(options.dbFilename), { recursive: true });
  } catch (error) {
    throw new CommandFailure(`There is no place for the server's data: ${(error as Error).message}`);
  }
  const serverOptions = {
    port: options.port,
    uiPort: options.uiPort ?? options.port + 1000,
    dbFilename: options.dbFilename,
    say,
  };
  const claim = await claimData(options.dbFilename, serverOptions, say);
  const server = await startKeptServer({ ...serverOptions, onProcess: claim.serverStarted }).catch(
    (error) => {
      claim.release();
      throw error;
    },
  );
  try {
    say(`Temporal server: ${server.address}, UI: ${server.uiUrl}, data: ${options.dbFilename}`);
    say('Commands in another shell find it after these lines:');
    for (const line of exportsOf(server)) process.stdout.write(`${line}\n`);
    const { address } = server;
    const temporal = { address, namespace: 'default', connectionOptions: { address } };
    const gone = new AbortController();
    const signal = AbortSignal.any([interrupt.signal, gone.signal]);
    const worker = runWorker({ temporal, smc, logLevel: 'warn' }, signal, say);
    await Promise.race([worker, server.gone.finally(() => gone.abort())]);
    await worker;
  } finally {
    await server.stop();
    claim.release();
    interrupt.dispose();
    // A worker whose server has died may wait for it for ever.
    setTimeout(() => process.exit(), workerPatienceMs).unref();
  }
}

/** What another shell needs to give orders to this server and its worker, to be pasted as it is. A secret is never printed. */
function exportsOf({ address, uiUrl }: { address: string; uiUrl: string }): string[] {
  const { SMC_ENDPOINT, SMC_TASK_QUEUE } = process.env;
  const settings = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_UI_URL: uiUrl,
    ...(SMC_ENDPOINT && { SMC_ENDPOINT }),
    ...(SMC_TASK_QUEUE && { SMC_TASK_QUEUE }),
  };
  return Object.entries(settings).map(([name, value]) => `export ${name}=${shellWord(value)}`);
}

const workerPatienceMs = 10_000;

/** A server that dies within this time after its start is not started again. */
const shortLifeMs = 10_000;

/**
 * A local server that is started again when it dies: its data is in a file, so batches go on where they were. `gone`
 * rejects when the new server dies, too.
 */
async function startKeptServer(options: DevServerOptions) {
  let current = startDevServer(options);
  let isStopped = false;
  const { address, uiUrl } = await current;
  const keep = async (): Promise<never> => {
    for (;;) {
      const server = await current;
      const startedAt = Date.now();
      const how = await server.ended;
      if (isStopped) return new Promise(() => {});
      if (Date.now() - startedAt < shortLifeMs)
        throw new CommandFailure(
          `The Temporal server ended ${how}. Batches go on where they were at the next start of smc-batch dev.`,
        );
      options.say(`The Temporal server ended ${how}: it is started again.`);
      current = startDevServer(options);
    }
  };
  return {
    address,
    uiUrl,
    gone: keep(),
    async stop() {
      isStopped = true;
      const server = await current.catch(() => undefined);
      await server?.stop();
    },
  };
}
