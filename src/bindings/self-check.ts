import type { Problem } from "../../schema/contract/problems.ts";
import { DEAD_LETTERS_SUFFIX } from "../../schema/deployment.ts";
import { bindingProblems, runtimeProblems } from "../domain/deployment/binding-problems.ts";
import { logProblems } from "./log.ts";

interface Checked {
  readonly problems: readonly Problem[];
  /** Queues that messages came from, but for the dead-letter queue. */
  readonly queues: Set<string>;
}

const checked = new WeakMap<object, Checked>();

/** What is wrong with the hub's own bindings and with its runtime: looked at, and logged, at an isolate's first call. */
export function deploymentProblems(env: object): readonly Problem[] {
  const { problems, queues } = selfCheck(env);
  return [...problems, ...queueProblems(queues)];
}

/** Costs nothing after the first call. */
export function selfCheck(env: object): Checked {
  const before = checked.get(env);
  if (before !== undefined) return before;
  const first = { problems: [...runtimeProblems(compatibilityFlags()), ...bindingProblems(env)], queues: new Set<string>() };
  checked.set(env, first);
  logProblems(first.problems);
  return first;
}

/** Remembers which queue a batch came from, and logs once when there are more of them than a hub has. */
export function noteQueue(env: object, queue: string): void {
  const { queues } = selfCheck(env);
  if (queue.endsWith(DEAD_LETTERS_SUFFIX) || queues.has(queue)) return;
  queues.add(queue);
  logProblems(queueProblems(queues));
}

function queueProblems(queues: ReadonlySet<string>): Problem[] {
  if (queues.size < 2) return [];
  return [
    {
      code: "queue.unnamed",
      cause: `the hub consumes ${[...queues].map((queue) => `"${queue}"`).join(" and ")}, and cannot tell which of them has the dead letters`,
      cure: `give the dead-letter queue a name that ends in "${DEAD_LETTERS_SUFFIX}"`,
    },
  ];
}

/** Every flag that the runtime knows, and whether it is set: there at any compatibility date (tried from 2023-01-01 on). */
function compatibilityFlags(): Readonly<Record<string, boolean>> | undefined {
  return (globalThis as { readonly Cloudflare?: { readonly compatibilityFlags?: Readonly<Record<string, boolean>> } }).Cloudflare
    ?.compatibilityFlags;
}
