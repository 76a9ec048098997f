// Faults of what is installed: the loader, the bundle.

/** @type {import('./mutants.mjs').Mutant[]} */
export const packageMutants = [];
