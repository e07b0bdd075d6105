import { failureLine } from '../text';
import { type SmcErrorClass, smcErrorRule, withoutRequestId } from './error-table';

export {
  isAboutIdentity,
  type SmcErrorClass,
  type SmcErrorRule,
  smcErrorClasses,
  smcErrorRule,
  smcErrorRules,
} from './error-table';

/** What is known of a failed call; plain data for Temporal's histories. */
export interface SmcErrorFacts {
  code: string;
  message: string;
  action?: string;
  requestId?: string;
  /** Absent when no answer came. */
  httpStatus?: number;
  /** The service asks not to be called again before this time. */
  retryAfterSeconds?: number;
  /** The service's own troubleshooting URL. */
  recommend?: string;
  /** The refused caller and permission, and the kind of policy, where the service tells them. */
  accessDenied?: string;
  /** A better remedy than the code's own, where more is known about this failure. */
  remedy?: string;
}

/** The error of the SMC client: the refusal of the API, or the failure of the network, and its class. */
export class SmcError extends Error {
  readonly code: string;
  readonly class: SmcErrorClass;
  /** For the operator of a batch. */
  readonly remedy: string;
  /** For who has run a command: it speaks of no worker, and of no call that is repeated. */
  readonly remedyByHand: string;
  readonly facts: SmcErrorFacts;

  constructor(facts: SmcErrorFacts, options?: { cause?: unknown }) {
    super(failureLine(facts), options);
    this.name = 'SmcError';
    const rule = smcErrorRule(facts.code, facts.httpStatus);
    this.code = facts.code;
    this.class = rule.class;
    const said = (remedy: string) => (facts.requestId ? remedy : withoutRequestId(remedy));
    this.remedy = facts.remedy ?? said(rule.remedy);
    this.remedyByHand = facts.remedy ?? said(rule.remedyByHand);
    this.facts = facts;
  }
}
