import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Meter } from '../../metrics';
import { activitySpans, type Tracing } from '../../tracing';

export interface ActivityWatch {
  meter: Pick<Meter, 'webhookAnswered'>;
  tracing?: Tracing;
  /** Called at the start of each attempt. */
  started: () => void;
  /** The worker has a webhook: without one a message goes nowhere, and is not counted. */
  hasWebhook: boolean;
}

/** Watches each attempt of an activity: its start for the rate of calls, messages to the webhook, and its span. */
export function watchActivities({
  meter,
  tracing,
  started,
  hasWebhook,
}: ActivityWatch): ActivityInterceptorsFactory {
  return ({ info }: Context) => {
    const span = tracing && activitySpans(tracing.api, info);
    const inbound: ActivityInboundCallsInterceptor = {
      async execute(input, next) {
        started();
        const run = () => (span ? span.execute!(input, next) : next(input));
        if (info.activityType !== 'notify' || !hasWebhook) return run();
        try {
          const answer = await run();
          meter.webhookAnswered('delivered');
          return answer;
        } catch (error) {
          const isFinal = error instanceof ApplicationFailure && error.nonRetryable;
          meter.webhookAnswered(isFinal ? 'refused' : 'failed');
          throw error;
        }
      },
    };
    return { inbound };
  };
}
