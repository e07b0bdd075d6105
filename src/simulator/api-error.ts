/** A refusal of the API: a code, a message and an HTTP status. */
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

/** The refusal of a call without a required parameter. */
export function missing(parameter: string): ApiError {
  return new ApiError(`Missing${parameter}`, `${parameter} is mandatory for this action.`);
}

/** The refusal of a value that breaks its parameter's rule. */
export function invalid(parameter: string, rule: string): ApiError {
  return new ApiError(
    `InvalidParameter.${parameter.replace(/\.\d+/g, '')}`,
    `The specified parameter ${parameter} is not valid: ${rule}.`,
  );
}

/** The refusal of a call for a resource that is not in the account. */
export function notFound(parameter: string, value: string): ApiError {
  return new ApiError(`Invalid${parameter}.NotFound`, `The specified ${parameter} ${value} does not exist.`);
}

/** The refusal of an operation that the job's status does not allow; it names that status and the allowed ones. */
export function invalidJobStatus(status: string, allowed: readonly string[]): ApiError {
  return new ApiError(
    'ReplicationJob.InvalidStatus',
    `The specified replication job status: ${status} is invalid. This operation can only be performed in the following status: ${allowed.join(', ')}.`,
  );
}

/** The refusal of an operation that the source's state does not allow. */
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
