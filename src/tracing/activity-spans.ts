import type * as Api from '@opentelemetry/api';
import type { Info } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { placeOfWorkflow } from '../../workflows/contract/ids';
import { printable } from '../text';

/**
 * A span for each attempt of an activity. The id of its trace is the run id of the workflow, without hyphens: so the run of a
 * server's migration is one trace, though no workflow knows of it.
 */
export function activitySpans(api: typeof Api, info: Info): ActivityInboundCallsInterceptor {
  const tracer = api.trace.getTracer('smc-batch');
  const { workflowId = '', runId = '' } = info.workflowExecution ?? {};
  return {
    async execute(input, next) {
      const { batch, server } = placeOfWorkflow(workflowId);
      const attributes = {
        'temporal.workflow.id': workflowId,
        'temporal.run.id': runId,
        'temporal.activity.id': info.activityId,
        'temporal.attempt': info.attempt,
        ...(batch !== undefined && { 'smc_batch.batch': batch }),
        ...(server !== undefined && { 'smc_batch.server': server }),
      };
      const run = async (span: Api.Span) => {
        try {
          return await next(input);
        } catch (error) {
          const message = printable(error instanceof Error ? error.message : String(error));
          // Nothing has gone wrong: a call that is not made at once goes on as an activity of its own.
          if (isBenign(error)) span.setAttribute('smc_batch.goes_on', message);
          else span.setStatus({ code: api.SpanStatusCode.ERROR, message });
          throw error;
        } finally {
          span.end();
        }
      };
      return tracer.startActiveSpan(info.activityType, { attributes }, traceOfRun(api, runId), run);
    },
  };
}

const isBenign = (error: unknown) =>
  error instanceof ApplicationFailure && error.category === ApplicationFailureCategory.BENIGN;

function traceOfRun(api: typeof Api, runId: string): Api.Context {
  const traceId = runId.replaceAll('-', '').toLowerCase();
  const parent = {
    traceId,
    spanId: traceId.slice(0, 16),
    traceFlags: api.TraceFlags.SAMPLED,
    isRemote: true,
  };
  return api.isSpanContextValid(parent)
    ? api.trace.setSpanContext(api.ROOT_CONTEXT, parent)
    : api.ROOT_CONTEXT;
}
