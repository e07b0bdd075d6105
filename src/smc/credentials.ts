import { type FoundCredentials, firstSource, lookUpAgain, type SourceOptions } from './credential-sources';
import { SmcError } from './errors';

/** An AccessKey pair, with its token when it is temporary (STS). */
interface SmcCredentials {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
}

/** Gives credentials; asked before each request, because temporary credentials expire. */
export type CredentialsProvider = () => Promise<SmcCredentials>;

/** Credentials are renewed so long before they expire; short-lived ones later. */
const renewBeforeMs = 5 * 60_000;
const renewAtShare = 0.8;
/** Credentials that do not expire are looked up again after this: the key in a profile may be replaced. */
const lookAgainMs = 60_000;
/** A failed renewal is tried again after this; valid credentials are used until then. */
const retryMs = 10_000;

/**
 * Credentials of the default chain of the Alibaba Cloud SDKs: environment, OIDC role, `~/.aliyun/config.json`, credentials
 * file, ECS RAM role, credentials URI. One look-up at a time serves all callers. Credentials are renewed in time, and never
 * given after they have expired; a failure is not remembered. The first source that has given credentials is used from then
 * on: when it fails, no other identity takes its place. Rejects with `CredentialsMissing` when no source has credentials, and
 * with `CredentialsUnavailable` when a source that is set up fails.
 */
export function defaultCredentials(options: SourceOptions = {}): CredentialsProvider {
  const now = options.now ?? Date.now;
  let held: (FoundCredentials & { foundAt: number }) | undefined;
  let renewAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<FoundCredentials> | undefined;

  async function look(): Promise<FoundCredentials> {
    const found = held ? await lookUpAgain(held.source, options) : await firstSource(options);
    const foundAt = now();
    if (found.expiration !== undefined && found.expiration <= foundAt)
      throw unavailable(`${found.source} gave credentials that have expired`);
    held = { ...found, foundAt };
    renewAt = renewalTime(held);
    return held;
  }

  return async () => {
    if (held && now() < renewAt) return keyOf(held);
    looking ??= look().finally(() => {
      looking = undefined;
    });
    try {
      return keyOf(await looking);
    } catch (error) {
      const isValid = held && (held.expiration === undefined || held.expiration > now());
      if (!held || !isValid) throw error;
      renewAt = Math.max(renewAt, Math.min(now() + retryMs, held.expiration ?? Number.POSITIVE_INFINITY));
      return keyOf(held);
    }
  };
}

function renewalTime({ expiration, foundAt }: { expiration?: number; foundAt: number }): number {
  if (expiration === undefined) return foundAt + lookAgainMs;
  return Math.max(expiration - renewBeforeMs, foundAt + (expiration - foundAt) * renewAtShare);
}

const keyOf = ({ accessKeyId, accessKeySecret, securityToken }: SmcCredentials): SmcCredentials => ({
  accessKeyId,
  accessKeySecret,
  securityToken,
});

const unavailable = (message: string) => new SmcError({ code: 'CredentialsUnavailable', message });
