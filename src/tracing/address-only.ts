import type { Span } from '@opentelemetry/api';

/** A webhook's path and query are secrets, and a signed query tells who calls: a span keeps where a request went, and no more. */
export function addressOnly(span: Pick<Span, 'setAttributes'>, { origin }: { origin: string }): void {
  span.setAttributes({ 'url.full': origin, 'url.path': '', 'url.query': '' });
}
