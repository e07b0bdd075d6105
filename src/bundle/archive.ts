import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { create } from 'tar';
import { jsonText } from '../text';
import type { SecretRemover } from './without-secrets';

/** The files of a bundle, which become one archive. Every text loses its secrets on the way in. */
export interface Archive {
  readonly files: readonly string[];
  /** A text, or data that is written as JSON. */
  add(name: string, content: unknown): Promise<void>;
  /** Writes `file`, which only its owner can read; gives its size in bytes. */
  write(file: string): Promise<number>;
  /** Removes what is on the disk beside the archive. */
  remove(): Promise<void>;
}

/** An archive with one folder of this name in it. */
export async function createArchive(folder: string, secrets: SecretRemover): Promise<Archive> {
  const at = await mkdtemp(join(tmpdir(), 'smc-batch-bundle-'));
  const files: string[] = [];
  return {
    files,
    async add(name, content) {
      const text =
        typeof content === 'string' ? secrets.text(content) : jsonText(secrets.data(plainData(content)));
      const file = join(at, folder, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      files.push(name);
    },
    async write(file) {
      // Beside it, so that a full disk leaves no half of an archive under its name.
      const half = join(dirname(file), `.${basename(file)}.${process.pid}`);
      try {
        await writeFile(half, '', { mode: 0o600 });
        await create({ gzip: true, file: half, cwd: at, portable: true }, [folder]);
        await rename(half, file);
      } catch (error) {
        await rm(half, { force: true });
        throw error;
      }
      return (await stat(file)).size;
    },
    remove: () => rm(at, { recursive: true, force: true }),
  };
}

/** As JSON has it: without what it leaves out, and times as texts. */
const plainData = (content: unknown): unknown => JSON.parse(JSON.stringify(content ?? null));

/** A name of a batch or a server as a part of a file's name. */
export const fileName = (name: string): string =>
  name
    .replace(/[^\p{L}\p{N}._-]/gu, '_')
    .replace(/^\./, '_')
    .slice(0, 80);
