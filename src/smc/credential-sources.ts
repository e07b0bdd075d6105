import { type CredentialsHttp, credentialsHttp, refusalOf } from './credentials-http';
import { SmcError } from './errors';

// The sources of credentials, in the order of the default chain of the Alibaba Cloud SDKs. The providers of the library read
// the settings and call the services. Each look-up makes a new provider, because a provider remembers failures, gives
// expired sessions and uses no proxy.

export type SourceName = (typeof order)[number];
const order = [
  'environment',
  'OIDC role',
  'CLI profile',
  'credentials file',
  'ECS RAM role',
  'credentials URI',
] as const;

export interface FoundCredentials {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
  /** Milliseconds since the epoch; absent when they do not expire. */
  expiration?: number;
  source: SourceName;
}

export interface SourceOptions {
  /** Sends requests to the services; default: HTTP through the proxies of the environment. */
  http?: CredentialsHttp;
  now?: () => number;
}

/** The part of the library's providers that is used here. */
interface Provider {
  getCredentials(): Promise<{ accessKeyId?: string; accessKeySecret?: string; securityToken?: string }>;
  getProviderName(): string;
  doRequest?: CredentialsHttp;
  session?: { expiration?: string };
  innerProvider?: Provider;
  credentialsProvider?: Provider;
  getCredentialsProvider?: (...settings: never[]) => Provider;
}

/** The credentials of the first source that is set up; rejects when that source fails. */
export async function firstSource(options: SourceOptions): Promise<FoundCredentials> {
  for (const source of order) {
    const look = await lookAt(source, options);
    if (look !== 'not set up') return look;
  }
  throw missing('no Alibaba Cloud credentials were found on this machine');
}

const missing = (message: string) => new SmcError({ code: 'CredentialsMissing', message });

/** Credentials from the source that has given some before. */
export async function lookUpAgain(source: SourceName, options: SourceOptions): Promise<FoundCredentials> {
  const look = await lookAt(source, options);
  if (look === 'not set up') throw failed(source, 'gives no credentials any more');
  return look;
}

async function lookAt(source: SourceName, options: SourceOptions): Promise<FoundCredentials | 'not set up'> {
  const env = process.env;
  let refusal: string | undefined;
  let hasAsked = false;
  const http: CredentialsHttp = async (request) => {
    hasAsked = true;
    const answer = await (options.http ?? credentialsHttp)(request).catch((error: Error) => {
      refusal = error.message;
      throw error;
    });
    refusal = refusalOf(answer);
    return answer;
  };
  if (!isSetUp(source, env)) return 'not set up';
  if (source === 'environment' && !env.ALIBABA_CLOUD_ACCESS_KEY_SECRET)
    throw missing('ALIBABA_CLOUD_ACCESS_KEY_ID is set, and ALIBABA_CLOUD_ACCESS_KEY_SECRET is not');
  try {
    const provider = withHttp(await make(source), http);
    const found = await provider.getCredentials();
    const { accessKeyId, accessKeySecret, securityToken } = found;
    if (!accessKeyId || !accessKeySecret) throw new Error('no AccessKey');
    const expiration = Date.parse(innermost(provider).session?.expiration ?? '') || undefined;
    return { accessKeyId, accessKeySecret, securityToken: securityToken || undefined, expiration, source };
  } catch (error) {
    // A file without a usable profile, or a machine without a role, has no credentials: the next source is asked.
    if (mayBeAbsent(source) && !(hasAsked && !isOwnMachineAlone(source, refusal))) return 'not set up';
    // The library's message is not used: it quotes files and answers, with the secrets in them.
    throw failed(source, refusal ?? fileTrouble(error));
  }
}

/** Whether the environment sets up this source. A file or a metadata server may exist without a variable: it is asked. */
function isSetUp(source: SourceName, env: NodeJS.ProcessEnv): boolean {
  switch (source) {
    case 'environment':
      return Boolean(env.ALIBABA_CLOUD_ACCESS_KEY_ID);
    case 'OIDC role':
      return Boolean(
        env.ALIBABA_CLOUD_ROLE_ARN &&
          env.ALIBABA_CLOUD_OIDC_PROVIDER_ARN &&
          env.ALIBABA_CLOUD_OIDC_TOKEN_FILE,
      );
    case 'CLI profile':
      return env.ALIBABA_CLOUD_CLI_PROFILE_DISABLED?.toLowerCase() !== 'true';
    case 'ECS RAM role':
      return env.ALIBABA_CLOUD_ECS_METADATA_DISABLED?.toLowerCase() !== 'true';
    case 'credentials URI':
      return Boolean(env.ALIBABA_CLOUD_CREDENTIALS_URI);
    case 'credentials file':
      return true;
  }
}

/** Whether the source may not exist: no variable names it. Then the next source is asked. */
function mayBeAbsent(source: SourceName): boolean {
  if (source === 'ECS RAM role') return !process.env.ALIBABA_CLOUD_ECS_METADATA;
  return source === 'CLI profile' || source === 'credentials file';
}

/** Whether the machine has no role of its own: it has no metadata server, or no role there. */
const isOwnMachineAlone = (source: SourceName, refusal: string | undefined) =>
  source === 'ECS RAM role' && (refusal === undefined || !/^HTTP 5/.test(refusal));

async function make(source: SourceName): Promise<Provider> {
  // Loaded at the first look-up: most commands call no API.
  const alicloud = await import('@alicloud/credentials');
  switch (source) {
    case 'environment':
      return alicloud.EnvironmentVariableCredentialsProvider.builder().build() as unknown as Provider;
    case 'OIDC role':
      return alicloud.OIDCRoleArnCredentialsProvider.builder().build() as unknown as Provider;
    case 'CLI profile':
      return alicloud.CLIProfileCredentialsProvider.builder().build() as unknown as Provider;
    case 'credentials file':
      return alicloud.ProfileCredentialsProvider.builder().build() as unknown as Provider;
    case 'ECS RAM role':
      return alicloud.ECSRAMRoleCredentialsProvider.builder().build() as unknown as Provider;
    case 'credentials URI':
      return alicloud.URICredentialsProvider.builder()
        .withCredentialsURI(process.env.ALIBABA_CLOUD_CREDENTIALS_URI ?? '')
        .build() as unknown as Provider;
  }
}

/** Makes a provider, and the providers inside it, use our HTTP. */
function withHttp(provider: Provider, http: CredentialsHttp): Provider {
  if (provider.doRequest) provider.doRequest = http;
  if (provider.credentialsProvider) withHttp(provider.credentialsProvider, http);
  const makeInner = provider.getCredentialsProvider?.bind(provider);
  if (makeInner) provider.getCredentialsProvider = (...settings) => withHttp(makeInner(...settings), http);
  return provider;
}

const innermost = (provider: Provider): Provider =>
  provider.innerProvider ? innermost(provider.innerProvider) : provider;

const failed = (source: SourceName, why: string) =>
  new SmcError({ code: 'CredentialsUnavailable', message: `${source}: ${why}` });

function fileTrouble(error: unknown): string {
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (code && path) return `${path} cannot be read (${code})`;
  return 'its settings are not complete';
}
