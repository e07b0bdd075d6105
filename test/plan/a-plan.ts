import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PlanRead, readPlan } from '../../src/plan';

/** A plan's beginning that is right; servers follow. */
export const head = `version: 1
name: demo
defaults: { regionId: cn-hangzhou, systemDiskSize: 80, vSwitchId: vsw-1 }
`;

/** Writes a plan, and files beside it, into a directory of its own while `use` works with it. */
export async function withPlanFile<T>(
  text: string | Buffer,
  use: (file: string, dir: string) => Promise<T>,
  beside: Record<string, string> = {},
): Promise<T> {
  const dir = await mkdtemp(path.join(tmpdir(), 'smc-batch-plan-'));
  try {
    const file = path.join(dir, 'batch.yaml');
    await writeFile(file, text);
    for (const [name, content] of Object.entries(beside)) await writeFile(path.join(dir, name), content);
    return await use(file, dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Reads a plan text; the directory it stands in is left out of file names and messages. */
export async function readText(
  text: string | Buffer,
  options: {
    beside?: Record<string, string>;
    environment?: Record<string, string>;
    now?: Date;
  } = {},
): Promise<PlanRead> {
  const { beside, environment = {}, now = new Date('2030-01-01T00:00:00Z') } = options;
  return withPlanFile(
    text,
    async (file, dir) => {
      const read = await readPlan(file, { environment, now });
      return {
        ...(JSON.parse(
          JSON.stringify({ ...read, sources: undefined }).replaceAll(`${dir}/`, ''),
        ) as PlanRead),
        sources: new Map([...read.sources].map(([name, content]) => [path.basename(name), content])),
      };
    },
    beside,
  );
}

/** `batch.yaml:3:12 unknown-field: …`, in order. */
export function lines(problems: PlanRead['problems']): string[] {
  return problems.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code}: ${message}`,
  );
}
