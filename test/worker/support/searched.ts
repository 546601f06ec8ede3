import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    readonly seed: number;
    /** 0: as far as a file looks by itself. */
    readonly runs: number;
  }
}

/** Where a randomised test begins, and how far it looks: `FC_RUNS=100000` looks further, `FC_SEED=<seed>` there again. */
export function searched({ usually }: { readonly usually: number }): { readonly seed: number; readonly runs: number } {
  return { seed: inject("seed"), runs: inject("runs") || usually };
}

/** A value that cannot be sent never leaves its caller: what RPC says then, and what its own getters throw. */
export const UNSENT =
  /unreadable|^\[object Object\]$|could not be (cloned|serialized)|DataCloneError|cannot be serialized|does not support serialization|Serialized RPC|call stack/i;
