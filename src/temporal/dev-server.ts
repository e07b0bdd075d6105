import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { throughProxy } from './connect';
import { howItEnded, type OwnProcess, startOwnProcess } from './own-process';
import { searchAttributeNames } from './search-attributes';
import { temporalCli } from './temporal-cli';
import { TemporalUnavailable } from './unavailable';

export interface DevServerOptions {
  /** Default: any free port. */
  port?: number;
  /** Default: any free port. */
  uiPort?: number;
  /** A SQLite file that keeps the data over restarts; absent: the data is in memory. */
  dbFilename?: string;
  /** Called as soon as the server has a process. */
  onProcess?: (pid: number) => void;
  /** Called with a line for each step of obtaining the Temporal CLI. */
  say: (line: string) => void;
}

export interface DevServer {
  address: string;
  uiUrl: string;
  /** How the server ended, in a few words. */
  ended: Promise<string>;
  stop(): Promise<void>;
  /** Kills it at once, as a crash would. */
  kill(): Promise<void>;
}

/** A Temporal server on loopback, started by the Temporal CLI. Rejects with {@link TemporalUnavailable}. */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  // A taken port makes the server end only later; until then the other program on that port looks like the server.
  await refuseTakenPort('--port', options.port);
  await refuseTakenPort('--ui-port', options.uiPort);
  const cli = await temporalCli(options.say);
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const address = `127.0.0.1:${port}`;
  const uiUrl = `http://127.0.0.1:${uiPort}`;
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--ui-port',
    String(uiPort),
  ];
  args.push(
    '--log-level',
    'error',
    ...searchAttributeNames.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  );
  // These settings keep the data safe when the process is killed, and are several times as fast as SQLite's defaults.
  const pragmas = ['journal_mode=wal', 'synchronous=1'].flatMap((pragma) => ['--sqlite-pragma', pragma]);
  if (options.dbFilename) args.push('--db-filename', options.dbFilename, ...pragmas);

  // By default Go's garbage collector takes a third of the server's processor time; this costs some memory instead.
  const server = startOwnProcess(cli, args, { GOGC: '400', GOMEMLIMIT: '1GiB', ...process.env });
  if (server.pid !== undefined) options.onProcess?.(server.pid);
  try {
    await untilReady(server, address, uiUrl);
  } catch (error) {
    await server.kill();
    const reason = lastLine(server.said())[0] ?? (error as Error).message;
    throw new TemporalUnavailable(`The local Temporal server did not start at ${address}: ${reason}`, {
      cause: error,
    });
  }
  return {
    address,
    uiUrl,
    ended: server.ended.then((end) => [howItEnded(end), ...lastLine(server.said())].join(': ')),
    stop: () => server.stop(5_000),
    kill: () => server.kill(),
  };
}

async function refuseTakenPort(option: string, port: number | undefined): Promise<void> {
  if (port === undefined || !(await isTaken(port))) return;
  throw new TemporalUnavailable(
    `Another program listens on 127.0.0.1:${port}; it is none that 'smc-batch dev' has left on these data. ` +
      `End it, or choose another ${option}.`,
  );
}

/** The last line of a text as a list, empty for an empty text. */
const lastLine = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim())
    .slice(-1);

/** The namespace's entry that says where the UI of a local server is. */
export const uiUrlKey = 'smc-batch-ui';

async function untilReady(server: OwnProcess, address: string, uiUrl: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  await server.started;
  while (Date.now() < deadline) {
    if (server.hasEnded()) throw new Error(`it ended ${howItEnded(await server.ended)}`);
    try {
      const connection = await Connection.connect({
        ...throughProxy({ address }, address, undefined),
        connectTimeout: '1s',
      });
      const namespace = 'default';
      await connection.workflowService.describeNamespace({ namespace });
      // For the links that commands print; nothing depends on it.
      await connection.workflowService
        .updateNamespace({ namespace, updateInfo: { data: { [uiUrlKey]: uiUrl } } })
        .catch(() => {});
      await connection.close();
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('it did not answer within 60 s');
}

/** Whether the port is surely taken. The server itself reports any other trouble with a port. */
async function isTaken(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  } finally {
    if (server.listening) await new Promise((closed) => server.close(closed));
  }
}

/** A port that is free right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
