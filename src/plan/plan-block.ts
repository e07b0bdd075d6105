import { stringify } from 'yaml';

/** Fields of a plan as YAML, as a plan that is written has them. */
export const planBlock = (fields: Record<string, unknown>): string =>
  stringify(fields, { lineWidth: 100, version: '1.2' });
