import type { z } from 'zod';
import { problemAt, readSourceFile } from './files/source-file';
import { readYaml } from './files/yaml-file';
import type { Finding, PlanProblem } from './problem';
import { judge } from './schema/schema-findings';

/**
 * Reads a small YAML file by a strict schema, as a plan is read: every mistake at once, each with its place. Never throws
 * for what is in, or wrong with, the file.
 */
export async function readYamlFile<T extends z.ZodObject>(
  file: string,
  schema: T,
): Promise<{ data?: z.output<T>; problems: PlanProblem[]; sources: Map<string, string> }> {
  const sources = new Map<string, string>();
  const read = await readSourceFile(file);
  if (!('source' in read)) return { problems: [{ ...read, file, line: 1, column: 1 }], sources };
  sources.set(file, read.source.text);
  const yaml = readYaml(read.source);
  if (yaml.value === undefined) return { problems: yaml.problems, sources };
  const { data, findings } = judge(schema, yaml.value, []);
  const toProblem = (finding: Finding) => problemAt(yaml.locate(finding.path, finding.part), finding);
  const problems = [...yaml.problems, ...findings.map(toProblem)].sort(
    (a, b) => a.line - b.line || a.column - b.column,
  );
  return { ...(problems.length === 0 && data ? { data } : {}), problems, sources };
}
