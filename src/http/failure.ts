/** Why a request has no answer that can be used. It names the proxy it went through, and never a URL's path, query or password. */
export class HttpFailure extends Error {
  constructor(
    message: string,
    readonly kind: 'noAnswer' | 'tooLarge' = 'noAnswer',
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'HttpFailure';
  }
}
