import { type Operation, operations } from '../../src/smc';

/** What the client says to a request before it sends it: nothing when it is fine. */
export function said(operation: Operation, request: object): string {
  const result = operations[operation].request.safeParse(request);
  return result.success
    ? ''
    : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}

export const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));

export const someTags = (n: number) => times(n, (i) => ({ key: `k${i}`, value: 'v' }));
