import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { endProcess, isAlive, markOfProcess } from './process-mark';
import { TemporalUnavailable } from './unavailable';

/** Says that this process alone works on a data file. It is written beside the file, for the next process to read. */
export interface DataClaim {
  /** The next process may end this server once this process is dead. */
  serverStarted(pid: number): void;
  release(): void;
}

const mark = z.object({ pid: z.number().int().positive(), started: z.string() });
const noteSchema = z.object({
  /** The `smc-batch dev`. */
  dev: mark,
  server: mark.optional(),
  port: z.number(),
  uiPort: z.number(),
  /** It has seen that it is the only one. */
  holds: z.boolean(),
});
type Note = z.infer<typeof noteSchema>;

/** Two processes that start at the same moment both withdraw, and try again at different times. */
const mostTries = 50;
const stepBackMs = 200;

const serverPatienceMs = 5_000;

/**
 * Claims the data file for this process. Each claimant writes a note of its own *before* it reads those of others, so that of
 * two at least one sees the other. A note counts only while its process lives: one that is stale, empty, half written or
 * unreadable is ignored. The server that a dead claimant has left is ended. Rejects with
 * {@link TemporalUnavailable} where a living process has the data.
 */
export async function claimData(
  dbFilename: string,
  at: { port: number; uiPort: number },
  say: (line: string) => void,
): Promise<DataClaim> {
  const notes = notesBeside(dbFilename);
  const dev = markOfProcess(process.pid);
  if (!dev) {
    say(
      `This machine tells of no process when it was started: see yourself that no other dev has ${dbFilename}.`,
    );
    return { serverStarted: () => {}, release: () => {} };
  }
  const own: Note = { dev, ...at, holds: false };
  for (let tries = 1; ; tries++) {
    try {
      notes.write(own);
    } catch (error) {
      throw new TemporalUnavailable(`There is no place for the server's data: ${(error as Error).message}`);
    }
    const others = notes.others();
    const living = others.find(({ note }) => note && isAlive(note.dev))?.note;
    if (!living) {
      own.holds = true;
      notes.write(own);
      try {
        for (const { path, note } of others) {
          if (note?.server) await endLeftServer(note.server, say);
          remove(path);
        }
      } catch (error) {
        notes.remove();
        throw error;
      }
      break;
    }
    notes.remove();
    if (living.holds || tries === mostTries) throw alreadyAtWork(living, dbFilename);
    await sleep(Math.random() * stepBackMs);
  }
  return {
    serverStarted(pid) {
      own.server = markOfProcess(pid);
      try {
        notes.write(own);
      } catch {
        // The disk may be full. Without the note the next process takes the server for another program's.
      }
    },
    release: notes.remove,
  };
}

async function endLeftServer(server: NonNullable<Note['server']>, say: (line: string) => void) {
  if (!isAlive(server)) return;
  say(`The Temporal server that a killed 'smc-batch dev' has left (process ${server.pid}) is ended.`);
  if (await endProcess(server, serverPatienceMs)) return;
  throw new TemporalUnavailable(
    `The Temporal server that a killed 'smc-batch dev' has left on these data does not end: process ${server.pid}. ` +
      `It may be another user's. End it, then start again: sudo kill -9 ${server.pid}`,
  );
}

const alreadyAtWork = ({ dev, port, uiPort }: Note, dbFilename: string) =>
  new TemporalUnavailable(
    `A 'smc-batch dev' (process ${dev.pid}) works on ${dbFilename} already: Temporal server 127.0.0.1:${port}, ` +
      `UI http://127.0.0.1:${uiPort}. Use that one, or end it: kill ${dev.pid}. ` +
      'To run another beside it, choose another --db-filename, --port and --ui-port.',
  );

/** The notes beside a data file, whatever name of it is used. */
function notesBeside(dbFilename: string) {
  const file = realPath(dbFilename);
  const folder = dirname(file);
  const [start, end] = [`${basename(file)}.dev-`, '.json'];
  const own = `${start}${randomBytes(6).toString('hex')}${end}`;
  return {
    /** Written elsewhere and moved, so that no reader sees a half of it. */
    write(note: Note) {
      const draft = join(folder, `${own}.draft`);
      writeFileSync(draft, `${JSON.stringify(note)}\n`);
      renameSync(draft, join(folder, own));
    },
    remove: () => remove(join(folder, own)),
    others: () =>
      namesIn(folder)
        .filter((name) => name.startsWith(start) && name.endsWith(end) && name !== own)
        .map((name) => ({ path: join(folder, name), note: readNote(join(folder, name)) })),
  };
}

/** A note that cannot be removed is ignored by the next claimant, too. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    // The file is not there yet, but its folder is.
    return join(realpathSync(dirname(file)), basename(file));
  }
}

function readNote(path: string): Note | undefined {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
