import type { Finding, PlanPath } from '../problem';

/** Whether a variable holds a secret by its name: a key, a password, a token, or an address with a token in it. */
const isSecret = (name: string) =>
  /SECRET|TOKEN|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|WEBHOOK|(^|_)AUTH(_|$)|CERT_DATA|KEY_DATA/i.test(
    name,
  );

/**
 * A value with every `${env:NAME}` in its texts replaced, and the values of these variables. A variable that is not set, or
 * that holds a secret, is a finding.
 */
export function withEnvironment(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  at: PlanPath = [],
): { value: unknown; findings: Finding[]; used: Map<string, string> } {
  const findings: Finding[] = [];
  const used = new Map<string, string>();
  const replaced = (here: unknown, path: PlanPath): unknown => {
    if (typeof here === 'string') return here.includes('${env:') ? expand(here, path) : here;
    if (Array.isArray(here)) return keepSame(here, path);
    if (typeof here === 'object' && here !== null) return keepSame(here, path);
    return here;
  };
  const expand = (text: string, path: PlanPath) =>
    text.replace(/\$\{env:([^}]*)\}/g, (whole, name: string) => {
      const set = Object.hasOwn(environment, name) ? environment[name] : undefined;
      if (isSecret(name)) {
        findings.push({
          code: 'env-secret',
          message: `the environment variable ${name} may hold a secret`,
          fix: 'values of a plan become names, tags and settings that Temporal and SMC show: a plan must contain no secret',
          path,
        });
        return whole;
      }
      if (set !== undefined) {
        used.set(name, set);
        return set;
      }
      findings.push({
        code: 'env-not-set',
        message: `the environment variable ${name} is not set`,
        path,
      });
      return whole;
    });
  // Copies only parts that change: most plans have no variables, and a large plan is not copied for nothing.
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
  return { value: replaced(value, at), findings, used };
}
