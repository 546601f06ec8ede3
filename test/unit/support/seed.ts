/**
 * Imported by every file with laws. A law that fails prints its seed; `FC_SEED=<seed>` runs all of them from it again,
 * and `FC_RUNS=<n>` looks further than usual where a law does not say itself how far. A law takes its time on a busy machine.
 */
import fc from "fast-check";
import { vi } from "vitest";

const { FC_SEED, FC_RUNS } = process.env;

fc.configureGlobal({
  ...(FC_SEED !== undefined && { seed: Number(FC_SEED) }),
  ...(FC_RUNS !== undefined && { numRuns: Number(FC_RUNS) }),
});

vi.setConfig({ testTimeout: 60_000 });
