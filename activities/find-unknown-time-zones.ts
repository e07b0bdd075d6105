/**
 * The time zones among these that this worker's Node does not know. The machine that applies the plan knows them, but the Node
 * of a worker may be older, or built without all time zones.
 */
export function findUnknownTimeZones() {
  return async ({ zones }: { zones: string[] }): Promise<string[]> => zones.filter((zone) => !isKnown(zone));
}

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
