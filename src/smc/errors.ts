import { failureLine } from '../text';
import { type SmcErrorClass, smcErrorRule } from './error-table';

export {
  isAboutIdentity,
  type SmcErrorClass,
  type SmcErrorRule,
  smcErrorClasses,
  smcErrorRule,
  smcErrorRules,
} from './error-table';

/** What is known of a failed call; plain data, so that it survives Temporal's histories. */
export interface SmcErrorFacts {
  code: string;
  message: string;
  action?: string;
  requestId?: string;
  /** Absent when no answer came. */
  httpStatus?: number;
  /** The service's own wish, where it has one: not to be called again before. */
  retryAfterSeconds?: number;
  /** The service's own troubleshooting URL. */
  recommend?: string;
  /** Who was refused what, and by which kind of policy, where the service says so. */
  accessDenied?: string;
  /** Given when more is known of this very failure than the code's own remedy says. */
  remedy?: string;
}

/** The one error of the SMC client: what the API (or the network) said, and its class. */
export class SmcError extends Error {
  readonly code: string;
  readonly class: SmcErrorClass;
  readonly remedy: string;
  readonly facts: SmcErrorFacts;

  constructor(facts: SmcErrorFacts, options?: { cause?: unknown }) {
    super(failureLine(facts), options);
    this.name = 'SmcError';
    const rule = smcErrorRule(facts.code, facts.httpStatus);
    this.code = facts.code;
    this.class = rule.class;
    this.remedy = facts.remedy ?? rule.remedy;
    this.facts = facts;
  }
}
