import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { endProcess, isAlive, markOfProcess } from './process-mark';
import { TemporalUnavailable } from './unavailable';

/** The claim of this process to a data file: no other process works on it. It is a note beside the file, for the next process. */
export interface DataClaim {
  /** Notes the server in the claim: once this process is dead, the next one may end the server. */
  serverStarted(pid: number): void;
  release(): void;
}

const mark = z.object({ pid: z.number().int().positive(), started: z.string() });
const noteSchema = z.object({
  /** The process of `smc-batch dev`. */
  dev: mark,
  server: mark.optional(),
  port: z.number(),
  uiPort: z.number(),
  /** The process has seen that no other one has the data. */
  holds: z.boolean(),
});
type Note = z.infer<typeof noteSchema>;

/** Two processes that start at the same moment both withdraw their claims, and try again at different times. */
const mostTries = 50;
const stepBackMs = 200;

const serverPatienceMs = 5_000;

/**
 * Claims the data file for this process. Each process writes a note of its own *before* it reads the other notes, so that of
 * two processes at least one sees the other. A note counts only while its process runs: a note that is stale, empty, half
 * written or unreadable is ignored. A server that a dead process has left is ended. Rejects with {@link TemporalUnavailable}
 * when another running process has the data.
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
        // The disk may be full. Without the note the next process takes the server for one of another program.
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

/** The notes beside a data file, the same for each of the file's names. */
function notesBeside(dbFilename: string) {
  const file = realPath(dbFilename);
  const folder = dirname(file);
  const [start, end] = [`${basename(file)}.dev-`, '.json'];
  const own = `${start}${randomBytes(6).toString('hex')}${end}`;
  return {
    /** Writes a second file and renames it, so that no reader sees half a note. */
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

/** Removes a note; one that cannot be removed is ignored by the next process, too. */
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
    // The file does not exist yet, but its folder does.
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
