import { defaultEndpoint } from '../smc';
import { findTemporalCli, TemporalUnavailable } from '../temporal';
import type { Check } from './check';

/** An environment variable as this machine has it. */
export interface Setting {
  name: string;
  /** What counts: its value or its default; masked where it is a secret. */
  value: string;
  isDefault: boolean;
}

const leastNode = [20, 19] as const;

/** Whether this Node is one the package was made for. */
export function nodeCheck(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isFit = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  const needed = leastNode.join('.');
  return {
    id: 'node',
    title: 'Node',
    status: isFit ? 'ok' : 'problem',
    detail: version,
    ...(!isFit && { remedy: `Install Node ${needed} or newer.` }),
  };
}

/** Where the Temporal CLI is that `dev` and `demo` start; nothing is downloaded or built. */
export async function temporalCliCheck(): Promise<Check> {
  const check = { id: 'temporal-cli', title: 'Temporal CLI' };
  try {
    const found = await findTemporalCli();
    if (found) return { ...check, status: 'ok', detail: `${found.path} (${found.from})` };
  } catch (error) {
    if (!(error instanceof TemporalUnavailable)) throw error;
    return {
      ...check,
      status: 'problem',
      detail: error.message.replace(/\.$/, ''),
      remedy: 'Correct TEMPORAL_CLI, or unset it.',
    };
  }
  return {
    ...check,
    status: 'warning',
    detail: 'not on this machine',
    remedy:
      "Only 'smc-batch dev' and 'demo' need it, and obtain it themselves where they can; or install it: https://docs.temporal.io/cli",
  };
}

/** Every variable we read, with its default; then those of the Temporal and Alibaba Cloud SDKs that are set. */
const ownSettings: Record<string, string> = {
  SMC_ENDPOINT: defaultEndpoint,
  SMC_SIGNATURE: '1.0',
  SMC_POLL_INTERVAL: '30',
  SMC_TASK_QUEUE: 'smc-batch',
  SMC_CALLS_PER_SECOND: '',
  SMC_WEBHOOK_URL: '',
  SMC_WEBHOOK_FORMAT: 'json',
  SMC_WEBHOOK_SECRET: '',
  SMC_METRICS_ADDRESS: '',
  SMC_LOG_LEVEL: 'info',
  SMC_LOG_FORMAT: 'text',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  TEMPORAL_NAMESPACE: 'default',
  TEMPORAL_PROFILE: '',
  TEMPORAL_CONFIG_FILE: '',
  TEMPORAL_API_KEY: '',
  TEMPORAL_TLS: '',
  TEMPORAL_UI_URL: '',
  TEMPORAL_DEPLOYMENT_NAME: '',
  TEMPORAL_WORKER_BUILD_ID: '',
  TEMPORAL_CLI: '',
  ALIBABA_CLOUD_ACCESS_KEY_ID: '',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: '',
  ALIBABA_CLOUD_SECURITY_TOKEN: '',
  ALIBABA_CLOUD_PROFILE: '',
};
const alsoShown = /^(TEMPORAL_|ALIBABA_CLOUD_|OTEL_|(HTTPS?|NO|GRPC|NO_GRPC)_PROXY$|NODE_EXTRA_CA_CERTS$)/;

/** The settings of this machine; secrets only as set or not, an AccessKey id masked. */
export function settingsInUse(env: NodeJS.ProcessEnv = process.env): Setting[] {
  const others = Object.keys(env)
    .filter((name) => alsoShown.test(name.toUpperCase()) && !(name in ownSettings))
    .sort();
  return [...Object.keys(ownSettings), ...others].map((name) => {
    const value = env[name];
    if (value) return { name, value: shown(name, value), isDefault: false };
    return { name, value: ownSettings[name] || 'not set', isDefault: Boolean(ownSettings[name]) };
  });
}

/** `LTAI5t…Xy9Z`: enough to tell two keys apart. */
export function maskedKeyId(id: string): string {
  return id.length >= 12 ? `${id.slice(0, 4)}…${id.slice(-4)}` : '…';
}

function shown(name: string, value: string): string {
  if (name === 'ALIBABA_CLOUD_ACCESS_KEY_ID') return maskedKeyId(value);
  if (
    /SECRET|TOKEN$|WEBHOOK_URL|API_KEY|KEY_DATA|CERT_DATA|CODEC_AUTH|GRPC_META|CREDENTIALS_URI|OTLP_\w*HEADERS/.test(
      name,
    )
  )
    return 'set, not shown';
  // A proxy may be named without its scheme, and its password then looks like a path.
  if (/_PROXY$/i.test(name)) return value.replace(/^([a-z]+:\/\/)?.*@/i, '$1…@');
  if (!URL.canParse(value)) return value;
  const url = new URL(value);
  if (!url.username && !url.password) return value;
  url.username = '…';
  url.password = '';
  return url.href;
}
