import { type FoundCredentials, firstSource, lookUpAgain, type SourceOptions } from './credential-sources';
import { SmcError } from './errors';

/** An AccessKey pair, with its token when it is temporary (STS). */
interface SmcCredentials {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
}

/** Asked before each request, so that temporary credentials renew themselves. */
export type CredentialsProvider = () => Promise<SmcCredentials>;

/** Renewed so long before their end, or when so much of their time is over where they are short-lived. */
const renewBeforeMs = 5 * 60_000;
const renewAtShare = 0.8;
/** Those without an end are looked up again: a profile may be given another key. */
const lookAgainMs = 60_000;
/** After a renewal that failed those that are still valid are used, and it is tried again. */
const retryMs = 10_000;

/**
 * Credentials of the default chain of the Alibaba Cloud SDKs: environment, OIDC role, `~/.aliyun/config.json`, credentials
 * file, ECS RAM role, credentials URI. Looked up once at a time for all who ask; renewed in time; a failure is not
 * remembered; none is handed out after its end. The source that has given some is the one that is asked from then on: a
 * source that fails never makes room for another identity. Rejects with `CredentialsMissing` when no source has any, and
 * with `CredentialsUnavailable` when one has them and does not give them.
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
