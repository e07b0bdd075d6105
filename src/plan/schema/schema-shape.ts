import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** The fields an object schema allows, by name; nothing for what is not an object. */
export function fieldsOf(schema: Schema | undefined): Record<string, Schema> {
  const objects = alternatives(schema).filter((one) => one._zod.def.type === 'object');
  return Object.assign({}, ...objects.map((one) => (one as z.core.$ZodObject)._zod.def.shape));
}

/** The schema of what stands at a path below a schema. */
export function schemaAt(schema: Schema, path: readonly (string | number)[]): Schema | undefined {
  let here: Schema | undefined = schema;
  for (const step of path) {
    here = alternatives(here)
      .map((one) => childSchema(one, step))
      .find((child) => child !== undefined);
  }
  return here;
}

/** The plain kinds a value may have: `string`, `number`, `boolean`, `array`, `object`, `record`, …; unknown: none. */
export function kindsOf(schema: Schema | undefined): Set<string> {
  const kinds = alternatives(schema).flatMap((one) => {
    const def = one._zod.def as z.core.$ZodTypeDef & { values?: unknown[] };
    if (def.type === 'literal') return (def.values ?? []).map((value) => typeof value);
    return [def.type === 'enum' ? 'string' : def.type];
  });
  return new Set(kinds);
}

function childSchema(schema: Schema, step: string | number): Schema | undefined {
  const def = schema._zod.def;
  if (def.type === 'object') {
    const { shape } = def as z.core.$ZodObjectDef;
    return Object.hasOwn(shape, step) ? shape[step] : undefined;
  }
  if (def.type === 'record' && typeof step === 'string') return (def as z.core.$ZodRecordDef).valueType;
  if (def.type === 'array' && typeof step === 'number') return (def as z.core.$ZodArrayDef).element;
  return undefined;
}

/** A schema without what only wraps it: its union's members, what is optional, defaulted or transformed. */
function alternatives(schema: Schema | undefined): Schema[] {
  if (!schema) return [];
  const def = schema._zod.def as z.core.$ZodTypeDef & { innerType?: Schema; in?: Schema; options?: Schema[] };
  if (def.type === 'union') return (def.options ?? []).flatMap(alternatives);
  if (def.type === 'pipe') return alternatives(def.in);
  return def.innerType ? alternatives(def.innerType) : [schema];
}
