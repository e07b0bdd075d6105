import { z } from 'zod';
import { planFileSchema } from './plan-schema';

/**
 * The JSON Schema (draft 7, which every editor supports) of a plan file, for completion and checks in an editor. It has the
 * fields and their values; only `readPlan` checks several fields together.
 */
export function planJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(planFileSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // The limit of JavaScript's numbers is no rule of a plan.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }) as Record<string, unknown>;
}
