import { idSource } from "../domain/base/id-source.ts";
import { selfCheck } from "./self-check.ts";

/** A deployment of the hub with what its decisions must not take from the air: the entrypoints bring clock, chance and ids in. */
export interface Hub {
  readonly env: Env;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A number from [0, 1). */
  readonly random: () => number;
  /** A UUIDv7, greater than those before it. */
  readonly newId: () => string;
  /** A text that nobody can guess. */
  readonly newSecret: () => string;
}

/**
 * Makes the hub of an entrypoint, with the real clock. Whatever an entrypoint calls takes its time and ids from here. The first of an
 * isolate checks how the hub is deployed and logs what is wrong.
 */
export function createHub(env: Env): Hub {
  selfCheck(env);
  return { env, now, random: Math.random, newId, newSecret };
}

const now = () => Date.now();

/** One for the isolate, so that ids ascend across calls. */
const newId = idSource({ now, randomBytes: () => randomBytes(16) });

const newSecret = () => btoa(String.fromCharCode(...randomBytes(32)));

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
