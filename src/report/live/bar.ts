import type { Colors } from 'picocolors/types';

/** A bar of so many columns, filled by its share from 0 to 1. */
export function bar(share: number, width: number, c: Colors): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${c.green('█'.repeat(full))}${c.dim('░'.repeat(width - full))}`;
}
