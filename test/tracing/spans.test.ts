import * as api from '@opentelemetry/api';
import type { Info } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { activitySpans, startTracing, tracesAreAsked } from '../../src/tracing';
import { addressOnly } from '../../src/tracing/address-only';

const info = {
  activityType: 'startReplicationJob',
  activityId: '7',
  attempt: 2,
  workflowExecution: { workflowId: 'smc-server:dc1/web-01', runId: '0198c0de-1111-7222-8333-444455556666' },
} as Info;

/** The spans that a tracer begins, without the SDK. */
function recorded() {
  const spans: { name: string; traceId?: string; attributes: object; status?: object; ended: boolean }[] = [];
  const tracer = {
    startActiveSpan(
      name: string,
      { attributes }: { attributes: object },
      context: api.Context,
      run: (span: object) => unknown,
    ) {
      const span = { name, traceId: api.trace.getSpanContext(context)?.traceId, attributes, ended: false };
      spans.push(span);
      return run({
        setStatus: (status: object) => Object.assign(span, { status }),
        setAttribute: (key: string, value: unknown) => Object.assign(span.attributes, { [key]: value }),
        end: () => Object.assign(span, { ended: true }),
      });
    },
  };
  return {
    spans,
    api: {
      ...api,
      trace: Object.assign(Object.create(api.trace), { getTracer: () => tracer }),
    } as typeof api,
  };
}

test('an attempt of an activity is a span in the trace of its run, with its batch and server', async () => {
  const { spans, api } = recorded();
  await activitySpans(api, info).execute!({ args: [], headers: {} }, async () => 'done');
  expect(spans).toEqual([
    expect.objectContaining({
      name: 'startReplicationJob',
      traceId: '0198c0de111172228333444455556666',
      ended: true,
    }),
  ]);
  expect(spans[0]!.attributes).toMatchObject({
    'smc_batch.batch': 'dc1',
    'smc_batch.server': 'web-01',
    'temporal.attempt': 2,
  });
});

test('an attempt that fails says so in its span', async () => {
  const { spans, api } = recorded();
  const fails = activitySpans(api, info).execute!({ args: [], headers: {} }, async () => {
    throw new Error('refused\n');
  });
  await expect(fails).rejects.toThrow('refused');
  expect(spans[0]).toMatchObject({
    ended: true,
    status: { code: api.SpanStatusCode.ERROR, message: 'refused ' },
  });
});

test('a call that is not made at once, and goes on as an activity of its own, is no error', async () => {
  const { spans, api } = recorded();
  const message = 'the call goes through the task queue';
  const category = ApplicationFailureCategory.BENIGN;
  const goesOn = activitySpans(api, info).execute!({ args: [], headers: {} }, async () => {
    throw ApplicationFailure.create({ message, category });
  });
  await expect(goesOn).rejects.toThrow(message);
  expect(spans[0]).toMatchObject({ ended: true, attributes: { 'smc_batch.goes_on': message } });
  expect(spans[0]!.status).toBeUndefined();
});

test('a span of a request keeps its host, and no path or query: they may be secret', () => {
  const attributes: Record<string, unknown> = { 'url.query': 'token=secret' };
  addressOnly(
    { setAttributes: (more) => Object.assign(attributes, more) as never },
    { origin: 'https://hooks.example.com' },
  );
  expect(attributes).toEqual({ 'url.full': 'https://hooks.example.com', 'url.path': '', 'url.query': '' });
});

test('traces are asked for by the variables of OpenTelemetry, and nothing is loaded without them', async () => {
  expect(tracesAreAsked({})).toBe(false);
  expect(tracesAreAsked({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })).toBe(true);
  expect(tracesAreAsked({ OTEL_TRACES_EXPORTER: 'console' })).toBe(true);
  expect(tracesAreAsked({ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' })).toBe(
    false,
  );
  expect(tracesAreAsked({ OTEL_SDK_DISABLED: 'true', OTEL_TRACES_EXPORTER: 'otlp' })).toBe(false);
  await expect(startTracing({}, () => {})).resolves.toBeUndefined();
});
