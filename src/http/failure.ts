/** Why a request got no usable answer. Its message names the proxy, and never a URL's path, query or password. */
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
