import Credential from '@alicloud/credentials';
import { SmcError } from './errors';

/** An AccessKey pair, with its token when it is temporary (STS). */
export interface SmcCredentials {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
}

/** Asked before each request, so that temporary credentials renew themselves. */
export type CredentialsProvider = () => Promise<SmcCredentials>;

/**
 * `@alicloud/credentials`' default chain: environment, OIDC role, `~/.aliyun/config.json`, credentials file,
 * ECS RAM role, credentials URI. Rejects with `CredentialsMissing` when none of them gives any, and with
 * `CredentialsUnavailable` when they were there before: a role's server that does not answer must not fail a batch.
 */
export function defaultCredentials(): CredentialsProvider {
  let chain: Credential | undefined;
  let hadSome = false;
  return async () => {
    try {
      chain ??= new Credential();
      const found = await chain.getCredential();
      if (!found.accessKeyId || !found.accessKeySecret) throw new Error('the chain gave no AccessKey');
      hadSome = true;
      return {
        accessKeyId: found.accessKeyId,
        accessKeySecret: found.accessKeySecret,
        securityToken: found.securityToken || undefined,
      };
    } catch (cause) {
      throw new SmcError(
        hadSome
          ? { code: 'CredentialsUnavailable', message: 'the Alibaba Cloud credentials could not be renewed' }
          : { code: 'CredentialsMissing', message: 'no Alibaba Cloud credentials were found on the worker' },
        { cause },
      );
    }
  };
}
