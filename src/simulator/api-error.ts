/** A refusal as the API answers it: a code, a message and an HTTP status. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly httpStatus = defaultStatus(code),
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** The parameter is required and was not given. */
export function missing(parameter: string): ApiError {
  return new ApiError(`Missing${parameter}`, `${parameter} is mandatory for this action.`);
}

/** The parameter's value breaks its rule. */
export function invalid(parameter: string, rule: string): ApiError {
  return new ApiError(
    `InvalidParameter.${parameter.replace(/\.\d+/g, '')}`,
    `The specified parameter ${parameter} is not valid: ${rule}.`,
  );
}

/** No such thing in the account. */
export function notFound(parameter: string, value: string): ApiError {
  return new ApiError(`Invalid${parameter}.NotFound`, `The specified ${parameter} ${value} does not exist.`);
}

/** The job's status does not allow the operation; says which it has and which would do. */
export function invalidJobStatus(status: string, allowed: readonly string[]): ApiError {
  return new ApiError(
    'ReplicationJob.InvalidStatus',
    `The specified replication job status: ${status} is invalid. This operation can only be performed in the following status: ${allowed.join(', ')}.`,
  );
}

/** The source's state does not allow the operation. */
export function invalidSourceState(state: string, allowed: readonly string[]): ApiError {
  return new ApiError(
    'SourceServerState.Invalid',
    `The specified source server status: ${state} is invalid. This operation can only be performed in the following status: ${allowed.join(', ')}.`,
  );
}

function defaultStatus(code: string): number {
  if (code.endsWith('.NotFound')) return 404;
  if (/^(Forbidden|NoPermission|EntityNotExist\.Role|RealNameAuthenticationError)/.test(code)) return 403;
  if (code.startsWith('InternalError') || code.startsWith('InternalServerError')) return 500;
  if (code.startsWith('ServiceUnavailable')) return 503;
  return 400;
}
