// Seeds that people can read out to each other.

/** A new seed of at most six digits. */
export const newSeed = (): number => Math.floor(Math.random() * 1_000_000);
