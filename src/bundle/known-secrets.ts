import { firstSource } from '../smc';
import { temporalSettings } from '../temporal';
import { isSecretName } from './secret-shapes';

/** Shorter ones would be found inside harmless words. */
const shortest = 6;

/** The secrets that this machine is set up with: those of its variables, its credentials and its Temporal profile. */
export async function secretsOfMachine(env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const credentials = await firstSource({}).catch(() => undefined);
  const found = [
    ...secretsOf(env),
    credentials?.accessKeyId,
    credentials?.accessKeySecret,
    credentials?.securityToken,
    apiKeyOfTemporal(),
  ];
  return found.filter((secret) => secret !== undefined);
}

function apiKeyOfTemporal(): string | undefined {
  try {
    const { apiKey } = temporalSettings().connectionOptions;
    return typeof apiKey === 'string' ? apiKey : undefined;
  } catch {
    // Its file cannot be read: then it is in no use, either.
    return undefined;
  }
}

/** The values of variables that are secrets, or hold some: an address with a password, a webhook with a token. */
export function secretsOf(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value || /^(OLD)?PWD$/.test(name)) return [];
    const inAddress = secretsOfAddress(value);
    return isSecretName(name) || /GRPC_META|CODEC_AUTH|CERT_DATA|CREDENTIALS_URI|_KEY_ID$/i.test(name)
      ? [value, ...inAddress, ...partsOfWebhook(value)]
      : inAddress;
  });
}

/** User and password, as they are written and as they are meant. A proxy may be named without its scheme. */
function secretsOfAddress(value: string): string[] {
  const [, user] = /^(?:[a-z][a-z\d+.-]*:\/\/)?([^\s]*:[^\s]*)@/i.exec(value) ?? [];
  if (user === undefined) return [];
  const password = user.slice(user.indexOf(':') + 1);
  return [password, decoded(password)];
}

/** What in its query and its path is long enough to be a token. */
function partsOfWebhook(value: string): string[] {
  if (!URL.canParse(value)) return [];
  const { searchParams, pathname } = new URL(value);
  return [...searchParams.values(), ...pathname.split('/').filter((part) => part.length >= 16)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Each secret in the forms in which it may stand in a text, the longest first. */
export function formsOf(secrets: readonly string[]): string[] {
  const forms = secrets
    .filter((secret) => secret.length >= shortest)
    .flatMap((secret) => {
      // Through bytes: half a character has no encoded form.
      const encoded = encodeURIComponent(Buffer.from(secret).toString());
      return [
        secret,
        encoded,
        encodeURIComponent(encoded),
        encoded.replaceAll('%20', '+'),
        JSON.stringify(secret).slice(1, -1),
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('base64url'),
      ];
    });
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}
