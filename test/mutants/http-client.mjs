// Faults of the client of secur32/http.

/** @type {import('./mutants.mjs').Mutant[]} */
export const httpClientMutants = [];
