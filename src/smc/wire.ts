import type { WireParams } from './signature';

/** The API's names of lists are singular, ours are plural; one name of the API is all capitals. */
const apiNames: Record<string, string> = {
  dataDisks: 'DataDisk',
  instanceIds: 'InstanceId',
  jobIds: 'JobId',
  lvm: 'LVM',
  parts: 'Part',
  resourceIds: 'ResourceId',
  sourceIds: 'SourceId',
  systemDiskParts: 'SystemDiskPart',
  tagKeys: 'TagKey',
  tags: 'Tag',
};

/** `vSwitchId` is `VSwitchId` on the wire, `dataDisks` is `DataDisk`. */
export function wireName(name: string): string {
  const known = Object.hasOwn(apiNames, name) ? apiNames[name] : undefined;
  return known ?? name.charAt(0).toUpperCase() + name.slice(1);
}

/** Flattens a request into the API's parameters: lists get 1-based indices, undefined values are left out. */
export function toWireParams(request: object): WireParams {
  const params: WireParams = {};
  const put = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    if (Array.isArray(value)) {
      value.forEach((item, i) => {
        put(`${name}.${i + 1}`, item);
      });
    } else if (typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) put(`${name}.${wireName(key)}`, inner);
    } else {
      params[name] = String(value);
    }
  };
  for (const [key, value] of Object.entries(request)) put(wireName(key), value);
  return params;
}

/** Gives the fields of an answer the names of our requests: `VSwitchId` becomes `vSwitchId`, `LVM` becomes `lvm`. */
export function fromWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromWire);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      /^[A-Z]+$/.test(key) ? key.toLowerCase() : key.charAt(0).toLowerCase() + key.slice(1),
      fromWire(inner),
    ]),
  );
}
