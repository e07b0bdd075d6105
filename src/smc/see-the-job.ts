/** A remedy while the job exists. What is said of a job that has been deleted instead: `workflows/server/removal.ts`. */
export const seeTheJob = 'See the job in the SMC console, and remove the cause.';
