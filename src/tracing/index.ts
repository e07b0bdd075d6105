/** Traces by OpenTelemetry, where `OTEL_*` variables ask for them and its packages are installed. Nothing of it is loaded otherwise. */
export { activitySpans } from './activity-spans';
export { startTracing, type Tracing, tracesAreAsked } from './start-tracing';
