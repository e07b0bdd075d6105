import { createRequire } from 'node:module';

/** The status codes of gRPC that are used here, by the numbers of its specification. */
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

/** The states of a gRPC channel; in TRANSIENT_FAILURE it waits for its next try. */
export const channelState = { READY: 2, TRANSIENT_FAILURE: 3 } as const;

interface GrpcLog {
  setLogVerbosity(verbosity: number): void;
  setLogger(logger: { error(...said: unknown[]): void }): void;
}

const errorsOnly = 2;

/** Reads from gRPC's log why the proxy refuses the connection; the log is not written to stderr. */
export function listenToGrpc(): () => string | undefined {
  if (process.env.GRPC_VERBOSITY || process.env.GRPC_TRACE) return () => undefined;
  // This loads the Temporal client's own copy of gRPC: any other copy has a log of its own.
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
