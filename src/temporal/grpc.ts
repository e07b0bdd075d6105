import { createRequire } from 'node:module';

/** The status codes of gRPC that mean something to us; its specification has fixed their numbers. */
export const grpcStatus = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** States of a gRPC channel; in TRANSIENT_FAILURE it has failed and waits for its next try. */
export const channelState = { READY: 2, TRANSIENT_FAILURE: 3 } as const;

interface GrpcLog {
  setLogVerbosity(verbosity: number): void;
  setLogger(logger: { error(...said: unknown[]): void }): void;
}

const errorsOnly = 2;

/** Why the proxy refuses the connection, taken from gRPC's log; the log itself is kept from stderr. */
export function listenToGrpc(): () => string | undefined {
  if (process.env.GRPC_VERBOSITY || process.env.GRPC_TRACE) return () => undefined;
  // The log is the Temporal client's own: another copy of gRPC would stay silent.
  const { setLogVerbosity, setLogger } = createRequire(require.resolve('@temporalio/client'))(
    '@grpc/grpc-js',
  ) as GrpcLog;
  let reason: string | undefined;
  setLogVerbosity(errorsOnly);
  setLogger({
    error: (...said) => {
      reason = /with (?:error (.*)|(status \d+))$/.exec(said.join(' '))?.slice(1).find(Boolean) ?? reason;
    },
  });
  return () => reason;
}
