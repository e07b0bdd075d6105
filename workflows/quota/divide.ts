/** How many slots of one kind a batch could use. */
export interface Claim {
  demand: number;
  /** Claims of a higher priority get their slots first. */
  priority: number;
}

/**
 * Divides `available` among the claims: by priority, and max-min fair within one priority. No claim gets more than its
 * demand, and no share could grow unless a smaller one shrank. The remainder goes to the larger demands.
 */
export function divideFairly(available: number, claims: readonly Claim[]): number[] {
  const shares = claims.map(() => 0);
  let left = Math.max(0, Math.floor(available));
  const demands = claims.map(({ demand }) => demand);
  if (demands.reduce((sum, demand) => sum + demand, 0) <= left) return demands;
  for (const priority of [...new Set(claims.map((claim) => claim.priority))].sort((a, b) => b - a)) {
    // The smallest demands come first; the rest is divided among the others.
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
