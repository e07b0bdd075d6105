import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** The fields of an object schema, by name; empty for any other schema. */
export function fieldsOf(schema: Schema | undefined): Record<string, Schema> {
  const objects = alternatives(schema).filter((one) => one._zod.def.type === 'object');
  return Object.assign({}, ...objects.map((one) => (one as z.core.$ZodObject)._zod.def.shape));
}

/** The schema at a path below a schema. */
export function schemaAt(schema: Schema, path: readonly (string | number)[]): Schema | undefined {
  let here: Schema | undefined = schema;
  for (const step of path) {
    here = alternatives(here)
      .map((one) => childSchema(one, step))
      .find((child) => child !== undefined);
  }
  return here;
}

/** The kinds that a value may have: `string`, `number`, `boolean`, `array`, `object`, `record`, …; empty when they are unknown. */
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

/** The schemas inside a schema: the members of a union, and the ones that are wrapped as optional, defaulted or transformed. */
function alternatives(schema: Schema | undefined): Schema[] {
  if (!schema) return [];
  const def = schema._zod.def as z.core.$ZodTypeDef & { innerType?: Schema; in?: Schema; options?: Schema[] };
  if (def.type === 'union') return (def.options ?? []).flatMap(alternatives);
  if (def.type === 'pipe') return alternatives(def.in);
  return def.innerType ? alternatives(def.innerType) : [schema];
}
