import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { PlanPart, PlanPath, PlanProblem } from '../problem';
import { problemAt, type SourceFile, type Span } from './source-file';

/** A YAML or JSON text that was read; `value` is absent where the text is too broken for further checks. */
export interface YamlFile {
  value?: unknown;
  problems: PlanProblem[];
  /** The place of a path, or of its nearest ancestor in the text. */
  locate(path: PlanPath, part?: PlanPart): Span;
}

/** Reads YAML 1.2 (so JSON, too) and keeps the position of each value. */
export function readYaml(source: SourceFile): YamlFile {
  const document = parse(source);
  if (!document) {
    const start: Span = { source, start: 0, end: 1 };
    const problem = problemAt(start, { code: 'yaml-syntax', message: 'not valid YAML: nested too deeply' });
    return { problems: [problem], locate: () => start };
  }
  const problems = syntaxProblems(document, source);
  const aliases = readAliases(document, source);
  const locate = (path: PlanPath, part: PlanPart = 'value') =>
    spanOf(document.contents, aliases.targets, source, path, part);
  if (problems.some(({ code }) => code === 'yaml-syntax')) return { problems, locate };
  if (aliases.problem) return { problems: [...problems, aliases.problem], locate };

  const value: unknown = document.toJS({ maxAliasCount: -1 });
  if (value === null || value === undefined) {
    problems.push(problemAt(locate([]), { code: 'empty-plan', message: `${source.file} is empty` }));
    return { problems, locate };
  }
  return { value, problems, locate };
}

function parse(source: SourceFile): Document.Parsed | undefined {
  try {
    return parseDocument(source.text, { prettyErrors: false, stringKeys: true, logLevel: 'error' });
  } catch (error) {
    // The parser is recursive: a text that is nested too deeply exhausts the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** At most one problem a line: a syntax error causes others on the same line. */
function syntaxProblems(document: Document.Parsed, source: SourceFile): PlanProblem[] {
  const byLine = new Map<number, PlanProblem>();
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const duplicate = code === 'DUPLICATE_KEY';
    const field = duplicate ? /^[^\s:]*/.exec(source.text.slice(pos[0], pos[0] + 200))![0] : '';
    const problem = problemAt(
      { source, start: pos[0], end: Math.max(pos[1], pos[0] + field.length) },
      {
        code: duplicate ? 'duplicate-field' : 'yaml-syntax',
        message: duplicate ? `${field} is given twice here` : yamlMessage(code, message),
      },
    );
    if (!byLine.has(problem.line)) byLine.set(problem.line, problem);
  }
  return [...byLine.values()];
}

function yamlMessage(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return "a plan is one YAML document; a second one begins here ('---')";
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

// Far more than a plan written by hand has, far less than the memory can hold.
const mostNodes = 5_000_000;

interface AliasesRead {
  /** The node that each alias refers to. */
  targets: Map<unknown, Node>;
  problem?: PlanProblem;
}

/** Aliases may repeat parts of a plan. They may not contain themselves, nor make it huge ("billion laughs"). */
function readAliases(document: Document.Parsed, source: SourceFile): AliasesRead {
  const targets = new Map<unknown, Node>();
  const anchors = new Map<string, Node>();
  const sizes = new Map<unknown, number>();
  let problem: PlanProblem | undefined;
  const report = (node: Node, message: string) => {
    const [start = 0, end = start] = node.range ?? [];
    problem ??= problemAt({ source, start, end }, { code: 'yaml-aliases', message });
  };
  // In the order of the text: an alias refers to the last anchor of its name before it, whose size is known then.
  const sizeOf = (node: unknown): number => {
    if (!isNode(node)) return 1;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target) {
        report(node, `nothing before *${node.source} is named &${node.source}`);
        return 1;
      }
      targets.set(node, target);
      const size = sizes.get(target);
      if (size === undefined) report(node, `*${node.source} is inside of the part that it names`);
      return size ?? 1;
    }
    if (node.anchor) anchors.set(node.anchor, node);
    let size = 1;
    if (isMap(node)) for (const { key, value } of node.items) size += sizeOf(key) + sizeOf(value);
    else if (isSeq(node)) for (const item of node.items) size += sizeOf(item);
    if (size > mostNodes) report(node, `its aliases blow this up to more than ${mostNodes} values`);
    sizes.set(node, size);
    return size;
  };
  sizeOf(document.contents);
  return problem ? { targets, problem } : { targets };
}

function spanOf(
  root: unknown,
  targets: Map<unknown, Node>,
  source: SourceFile,
  path: PlanPath,
  part: PlanPart,
): Span {
  let node: unknown = root;
  let field: unknown;
  let complete = true;
  for (const step of path) {
    const next = childOf(targets.get(node) ?? node, step);
    if (!next) {
      complete = false;
      break;
    }
    node = next.value;
    field = next.field;
  }
  const shown = part === 'field' && complete && isNode(field) ? field : node;
  // An empty value (`name:`) has no text of its own: the problem is shown at its field name.
  const range = textRange(shown) ?? textRange(field) ?? [0, source.text.length];
  return { source, start: range[0], end: range[1] };
}

function childOf(node: unknown, step: string | number): { field?: unknown; value: unknown } | undefined {
  if (isSeq(node) && typeof step === 'number') {
    return step in node.items ? { value: node.items[step] } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
  return pair && { field: pair.key, value: pair.value };
}

function textRange(node: unknown): [number, number] | undefined {
  if (!isNode(node) || !node.range) return undefined;
  const [start, end] = node.range;
  return end > start ? [start, end] : undefined;
}
