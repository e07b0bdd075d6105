/** The answer to a query that a workflow cannot answer right now: the next query is answered. */
export const askAgain =
  'This workflow has events that no workflow task has handled yet: ask again in a moment.';
