import { z } from 'zod';
import { planFileSchema } from './plan-schema';

/**
 * The JSON Schema (draft 7, which every editor knows) of a plan file, for completion and checks in an editor. It knows the fields and
 * their values; the rules that look at several fields are `readPlan`'s alone.
 */
export function planJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(planFileSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // What JavaScript can count to is no rule of a plan.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }) as Record<string, unknown>;
}
