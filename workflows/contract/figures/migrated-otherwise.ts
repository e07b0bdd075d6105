/** Behind a count of migrated servers: ` (3 by earlier runs, 2 declared done)`; empty where this run has migrated all of them. */
export function notByThisRun({ earlier = 0, declared = 0 }: { earlier?: number; declared?: number }): string {
  const parts = [
    ...(earlier > 0 ? [`${earlier} by earlier runs`] : []),
    ...(declared > 0 ? [`${declared} declared done`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
