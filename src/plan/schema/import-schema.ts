import { z } from 'zod';
import { planServerSchema } from './plan-schema';

/** A row of an export: a server of a plan, with what its source is looked for by. */
export const importServerSchema = planServerSchema.safeExtend({
  hostName: z.array(z.string()).optional(),
  ip: z.array(z.string()).optional(),
});

export type ImportServer = z.input<typeof importServerSchema>;

/** The fields by which a row says which server it is. */
export const sourceFields = ['sourceId', 'sourceName', 'name', 'hostName', 'ip'] as const;
