import type { Finding, PlanPath } from './problem';

/** A value with every `${env:NAME}` in its texts replaced; names that are not set are findings. */
export function withEnvironment(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  at: PlanPath = [],
): { value: unknown; findings: Finding[] } {
  const findings: Finding[] = [];
  const replaced = (here: unknown, path: PlanPath): unknown => {
    if (typeof here === 'string') return here.includes('${env:') ? expand(here, path) : here;
    if (Array.isArray(here)) return keepSame(here, path);
    if (typeof here === 'object' && here !== null) return keepSame(here, path);
    return here;
  };
  const expand = (text: string, path: PlanPath) =>
    text.replace(/\$\{env:([^}]*)\}/g, (whole, name: string) => {
      const set = environment[name];
      if (set !== undefined) return set;
      findings.push({
        code: 'env-not-set',
        message: `the environment variable ${name} is not set`,
        path,
      });
      return whole;
    });
  // Copies only what changes: most plans have no variables, and large ones should not be copied.
  const keepSame = <T extends object>(container: T, path: PlanPath): T => {
    let copy: Record<string | number, unknown> | undefined;
    for (const [key, item] of Object.entries(container)) {
      const next = replaced(item, [...path, Array.isArray(container) ? Number(key) : key]);
      if (next === item) continue;
      copy ??= (Array.isArray(container) ? [...container] : { ...container }) as unknown as typeof copy;
      copy![key] = next;
    }
    return (copy as T | undefined) ?? container;
  };
  return { value: replaced(value, at), findings };
}
