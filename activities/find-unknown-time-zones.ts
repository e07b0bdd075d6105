/**
 * Those of the time zones that this worker's Node does not know. A plan is checked where it is applied; a worker may be
 * older, or built without the world's time zones.
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
