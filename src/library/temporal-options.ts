import { type TemporalSettings, temporalSettings, withTrustedRoots } from '../temporal';
import type { TemporalOptions } from './options';

/** The settings of this process, with what was given in their place. */
export function settingsFor({ address, namespace, apiKey, tls }: TemporalOptions = {}): TemporalSettings {
  const settings = temporalSettings();
  return {
    ...settings,
    ...(namespace !== undefined && { namespace }),
    ...(address !== undefined && { address, addressFrom: 'the option address' }),
    connectionOptions: withTrustedRoots({
      ...settings.connectionOptions,
      ...(address !== undefined && { address }),
      ...(apiKey !== undefined && { apiKey, tls: true }),
      ...(tls !== undefined && { tls }),
    }),
  };
}
