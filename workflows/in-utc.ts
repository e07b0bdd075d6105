/** The text with its ISO times as people write them, `2026-03-01 10:05:12 UTC`: for what the Temporal UI and the journal show. */
export const inUtc = (text: string): string =>
  text.replace(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, '$1 $2 UTC');
