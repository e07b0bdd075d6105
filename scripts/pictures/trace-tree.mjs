// A trace as a tree of lines: when a span began after the first one, how long it took, and what it was.

const attributesOf = ({ attributes = [] }) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
const ms = (nano) => Number(BigInt(nano) / 1000n) / 1000;

/** The trace of the server's migration: its activities, and below each the requests that it has made; the longest run of equal ones is folded. */
export function traceTree(spans, server) {
  const ours = spans.filter((span) => attributesOf(span)['smc_batch.server'] === server);
  const traceId = ours[0]?.traceId;
  const all = spans
    .filter((span) => span.traceId === traceId)
    .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)));
  const first = BigInt(all[0].startTimeUnixNano);
  const ids = new Set(all.map(({ spanId }) => spanId));
  const line = (span, depth) => {
    const {
      'server.address': host,
      'http.response.status_code': status,
      'temporal.attempt': attempt,
    } = attributesOf(span);
    const began = (Number((BigInt(span.startTimeUnixNano) - first) / 1_000_000n) / 1000).toFixed(2);
    const took = ms(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano));
    const what = host ? `POST ${host}${status ? `, HTTP ${status}` : ''}` : span.name;
    const again = Number(attempt) > 1 ? `, attempt ${attempt}` : '';
    const later = attributesOf(span)['smc_batch.goes_on'] ? ', goes through the task queue' : '';
    const failed = span.status?.code === 2 ? `, failed: ${span.status.message.split(':')[0]}` : '';
    const time = took >= 1000 ? `${(took / 1000).toFixed(2)} s` : `${took.toFixed(1)} ms`;
    return `${began.padStart(7)} s ${time.padStart(9)}  ${'  '.repeat(depth)}${what}${again}${later}${failed}`;
  };
  const below = (parent) => all.filter(({ parentSpanId }) => parentSpanId === parent);
  const lines = (span, depth) => [
    line(span, depth),
    ...below(span.spanId).flatMap((child) => lines(child, depth + 1)),
  ];
  const roots = all.filter(({ parentSpanId }) => !ids.has(parentSpanId));
  return { traceId, text: roots.flatMap((root) => lines(root, 0)).join('\n') };
}
