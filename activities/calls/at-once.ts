import { ApplicationFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { type FirstTry, notAtOnce } from '../../workflows/contract/first-try';
import type { CallHistory } from './call-history';

/** A workflow's task must not be held for long: so many calls at once leave room for tasks of other workflows. */
const mostAtOnce = 30;
/** A call that takes longer shows an API that is slow: calls leave the tasks of workflows for a while. */
const slowMs = 2_000;
const restMs = 30_000;

/**
 * Short calls of workflows may be made at once: as a local activity, within the workflow's task. One that cannot be made so, or
 * fails and would be repeated, goes on as an activity of its own. `mustQueue`: the rate of calls is limited, and only the
 * task queue keeps to it.
 */
export function callsAtOnce(mustQueue: () => boolean) {
  let underWay = 0;
  let restsUntil = Number.NEGATIVE_INFINITY;
  const rest = () => {
    restsUntil = Date.now() + restMs;
  };

  async function atOnce<Output>(call: () => Promise<Output>): Promise<Output> {
    if (mustQueue()) throw notMade('the rate of calls is limited');
    if (underWay >= mostAtOnce) throw notMade('many calls are under way');
    if (Date.now() < restsUntil) throw notMade('the API is slow');
    const slow = setTimeout(rest, slowMs);
    underWay++;
    try {
      return await call();
    } finally {
      underWay--;
      clearTimeout(slow);
    }
  }

  return <Input, Output>(activity: (input: Input) => Promise<Output>) =>
    (input: Input, firstTry?: FirstTry): Promise<Output> => {
      const { isLocal, attempt } = Context.current().info;
      if (isLocal) return atOnce(() => activity(input));
      if (firstTry && attempt === 1) return failAs(firstTry);
      return activity(input);
    };
}

/** Ends a call that is made at once, because it would have to wait: its activity may wait. */
export function mustNotWaitHere(): void {
  if (Context.current().info.isLocal) throw notMade('it has to wait');
}

// Nothing has gone wrong, or it is in the worker's log already.
const category = ApplicationFailureCategory.BENIGN;

const notMade = (why: string) =>
  ApplicationFailure.create({
    type: notAtOnce,
    message: `the call goes through the task queue: ${why}`,
    category,
  });

/** Fails as the first try did: Temporal then shows the call with that failure, and repeats it when it is time. */
async function failAs({ type, message, detail }: FirstTry): Promise<never> {
  const history: CallHistory =
    detail?.class === 'account' ? { accountRefusals: 1 } : { failingSince: Date.now() };
  // The next attempt gets the last heartbeat.
  Context.current().heartbeat(history);
  throw ApplicationFailure.create({
    type,
    message,
    details: detail && [detail],
    nextRetryDelay: detail?.retryInMs,
    category,
  });
}
