/**
 * An error of the API in one line: `Code: message (CreateReplicationJob, RequestId …). Remedy`. A message that names its
 * code already is not given a second one.
 */
export function failureText(error: {
  code: string;
  message: string;
  remedy?: string;
  action?: string;
  requestId?: string;
}): string {
  const { code, action, requestId, remedy } = error;
  const message = error.message.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
  const named = message.startsWith(code) ? message : `${code}: ${message}`;
  const facts = [action, requestId && `RequestId ${requestId}`].filter(Boolean).join(', ');
  const where = facts && !(requestId && message.includes(requestId)) ? ` (${facts})` : '';
  return `${named}${where}.${remedy ? ` ${remedy}` : ''}`;
}
