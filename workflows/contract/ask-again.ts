/** Why a question to a workflow has no answer right now, for who asks: the next one has. */
export const askAgain =
  'This workflow has news that none of its tasks has taken up yet: ask again in a moment.';
