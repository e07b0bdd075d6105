/** A copy, as Temporal carries what goes from one workflow to another. */
export const carried = <T>(value: T): T =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
