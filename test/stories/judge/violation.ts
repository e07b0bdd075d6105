/** What must never be, by the name of the rule. */
export class Violation extends Error {
  constructor(
    readonly rule: string,
    what: string,
  ) {
    super(`${rule}: ${what}`);
  }
}

export function must(holds: boolean, rule: string, what: () => string): asserts holds {
  if (!holds) throw new Violation(rule, what());
}
