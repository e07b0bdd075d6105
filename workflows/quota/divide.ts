/** What one batch could use of one resource. */
export interface Claim {
  demand: number;
  /** Higher ones are served before lower ones. */
  priority: number;
}

/**
 * Divides `available` among the claims: by priority, and max-min fair within one priority, so that nobody gets more
 * than it asked for and nobody's share can grow without a smaller one shrinking. What does not divide evenly goes to
 * the larger demands.
 */
export function divideFairly(available: number, claims: readonly Claim[]): number[] {
  const shares = claims.map(() => 0);
  let left = Math.max(0, Math.floor(available));
  for (const priority of [...new Set(claims.map((claim) => claim.priority))].sort((a, b) => b - a)) {
    // The smallest demands are met first; what they leave is divided among the others.
    const group = claims
      .map((claim, i) => ({ ...claim, i }))
      .filter((claim) => claim.priority === priority)
      .sort((a, b) => a.demand - b.demand);
    group.forEach(({ demand, i }, nth) => {
      const fair = Math.floor(left / (group.length - nth));
      shares[i] = Math.min(demand, fair);
      left -= shares[i];
    });
  }
  return shares;
}
