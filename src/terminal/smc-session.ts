import { setTimeout as sleep } from 'node:timers/promises';
import {
  createSmcClient,
  createTransport,
  defaultCredentials,
  type SmcClient,
  SmcError,
  type Transport,
} from '../smc';
import { workerSettings } from '../temporal';
import { failureText } from '../text';
import { CommandFailure } from './failure';

/**
 * Runs `work` with an SMC client of this machine's credentials and `SMC_ENDPOINT`, and closes it, whatever happens.
 * Meant for calls that may be made twice: one that is throttled or finds no answer is repeated a few times. Throws a
 * {@link CommandFailure} in the operator's words.
 */
export async function withSmc<T>(work: (smc: SmcClient) => Promise<T>): Promise<T> {
  const { endpoint, signature } = workerSettings();
  const smc = createSmcClient(
    patient(createTransport({ endpoint, signature, credentials: defaultCredentials() })),
  );
  try {
    return await work(smc);
  } catch (error) {
    throw error instanceof SmcError ? new CommandFailure(smcSentence(error, endpoint)) : error;
  } finally {
    await smc.close();
  }
}

/**
 * What an SMC error says to somebody at a terminal: what happened (a refusal is one only where SMC has answered), then
 * what to check.
 */
export function smcSentence(error: SmcError, endpoint: string): string {
  const { code, facts, remedyByHand: remedy } = error;
  if (code === 'CredentialsMissing') return `No Alibaba Cloud credentials were found. ${remedy}`;
  const said = failureText({ ...facts, remedy });
  if (code === 'CredentialsUnavailable') return `The Alibaba Cloud credentials could not be read. ${said}`;
  if (code === 'NetworkError') return `The SMC API did not answer. ${said}`;
  if (code === 'UnreadableAnswer') return `What answers at ${endpoint} is not the SMC API. ${said}`;
  if (facts.httpStatus === undefined) return said;
  return `The SMC API refused the call. ${said}`;
}

// Temporal repeats the calls of a worker; a command repeats its own.
const patience: Partial<Record<SmcError['class'], number>> = { throttled: 6, transient: 2 };

function patient(transport: Transport): Transport {
  return {
    ...transport,
    async call(action, params, options) {
      for (let tries = 0; ; tries++) {
        try {
          return await transport.call(action, params, options);
        } catch (error) {
          if (!(error instanceof SmcError) || tries >= (patience[error.class] ?? 0)) throw error;
          const seconds = error.facts.retryAfterSeconds ?? 0.25 * 2 ** tries;
          await sleep(Math.min(seconds, 30) * 1000);
        }
      }
    },
  };
}
