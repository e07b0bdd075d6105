const untrusted =
  "the server's certificate is of an authority that is not trusted: set NODE_EXTRA_CA_CERTS to its PEM file, and start again";

const said: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed before the request was sent',
  EHOSTUNREACH: 'host not reachable',
  ENETUNREACH: 'network not reachable',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_SOCKET: 'connection closed before the answer',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'answer stopped half-way',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'answer stopped half-way',
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet: is this machine's clock right?",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host name",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
};

/** The reason why no answer came, in a few words for the operator. */
export function networkReason(cause: unknown): string {
  const first = (cause instanceof AggregateError ? cause.errors[0] : cause) as
    | { code?: string; message?: string; cause?: { code?: string } }
    | undefined;
  const code = first?.code ?? first?.cause?.code;
  return (code && said[code]) ?? ([code, first?.message].filter(Boolean).join(' ') || 'no answer');
}
