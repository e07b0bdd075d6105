import { stringify } from 'yaml';

/** Fields of a plan as YAML, as a plan that is written has them. */
export const planBlock = (fields: Record<string, unknown>): string =>
  stringify(fields, {
    lineWidth: 100,
    version: '1.2',
    // As people write them: a quoted 22:00 or no is a text to every reader.
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
  }).trimEnd();
