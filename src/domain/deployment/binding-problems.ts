import { type DestinationConfig, kindOf } from "../../../schema/config/destination.ts";
import type { Problem } from "../../../schema/contract/problems.ts";
import { BINDINGS, type BindingKind, COMPATIBILITY, isOwnBinding, RUNTIME_FLAGS, WORKFLOWS } from "../../../schema/deployment.ts";
import { didYouMean } from "../../../schema/wording.ts";

type Bindings = Readonly<Record<string, unknown>>;

interface KindOfBinding {
  readonly noun: string;
  /** A method that tells it from the other kinds. */
  readonly method: string;
  /** How a wrangler.toml binds it under a name. */
  readonly toml: (name: string) => string;
}

const KINDS: Readonly<Record<BindingKind, KindOfBinding>> = {
  database: { noun: "D1 database", method: "prepare", toml: (name) => `[[d1_databases]] binding = "${name}"` },
  queue: { noun: "queue", method: "sendBatch", toml: (name) => `[[queues.producers]] binding = "${name}"` },
  workflow: {
    noun: "workflow",
    method: "createBatch",
    toml: (name) => `[[workflows]] binding = "${name}", class_name = "${classOf(name)}"`,
  },
};

/** What is wrong with the hub's own bindings: each is missing, or of another kind than it has to be. */
export function bindingProblems(env: object): Problem[] {
  const kinds = Object.entries<BindingKind>(BINDINGS);
  return kinds.filter(([name, kind]) => !isOfKind((env as Bindings)[name], kind)).map(([name, kind]) => bindingProblem(env, name, kind));
}

/** True for what answers as a binding of this kind. A service binding whose calls are RPC seems to be everything. */
export function isOfKind(binding: unknown, kind: BindingKind): boolean {
  return hasMethod(binding, KINDS[kind].method);
}

/** Gives a binding of the hub's own back. Throws an `Error` that names it when there is none: to be called on, it has to be there. */
export function requireBound<Bound>(binding: Bound, name: keyof typeof BINDINGS): Bound {
  if (binding == null) throw new Error(notBound(name, BINDINGS[name]));
  return binding;
}

function notBound(name: string, kind: BindingKind): string {
  return `the hub has no ${KINDS[kind].noun} bound as "${name}"`;
}

function bindingProblem(env: object, name: string, kind: BindingKind): Problem {
  const { noun, toml } = KINDS[kind];
  const bound = (env as Bindings)[name];
  const others = Object.entries(env).filter(([other, value]) => !isOwnBinding(other) && isOfKind(value, kind) && !isStub(value));
  const [other] = others.map(([found]) => found);
  const cause = bound == null ? notBound(name, kind) : `the hub's binding "${name}" is not a ${noun}`;
  const cure = `bind it in the hub's wrangler.toml, ${toml(name)}`;
  if (other === undefined) return { code: "binding.missing", cause, cure };
  return { code: "binding.missing", cause: `${cause}, only as "${other}"`, cure };
}

function classOf(workflow: string): string {
  return Object.values(WORKFLOWS).find(({ binding }) => binding === workflow)?.className ?? "";
}

/** Destinations that are bound to nothing that can be called, as far as can be seen without a call and is not the runtime's fault. */
export function destinationProblems(env: object, destinations: Readonly<Record<string, DestinationConfig>>): Problem[] {
  const problems = Object.entries(destinations).flatMap(([name, configured]) => destinationProblem(env, name, configured) ?? []);
  return problems.filter(({ code }) => code === "destination.unbound");
}

/** What is wrong with where a destination is bound; `undefined` when it can be called. */
export function destinationProblem(env: object, name: string, configured: DestinationConfig): Problem | undefined {
  const { kind, destination } = kindOf(configured);
  switch (kind) {
    case "worker":
      return workerProblem(env, name, destination.worker);
    default:
      return kind satisfies never;
  }
}

function workerProblem(env: object, destination: string, worker: string): Problem | undefined {
  const binding = (env as Bindings)[worker];
  if (hasMethod(binding, "handle")) return undefined;
  if (binding == null) {
    const services = Object.entries(env).flatMap(([name, value]) => (hasMethod(value, "fetch") ? [name] : []));
    return {
      code: "destination.unbound",
      cause: `the hub has no service binding "${worker}" for destination "${destination}"${didYouMean(worker, services)}`,
      cure: `bind its Worker in the hub's wrangler.toml, [[services]] binding = "${worker}", or name another binding as its "worker"`,
    };
  }
  if (!hasMethod(binding, "fetch")) {
    return {
      code: "destination.unbound",
      cause: `the hub's binding "${worker}" for destination "${destination}" is not a service binding`,
      cure: `bind its Worker in the hub's wrangler.toml, [[services]] binding = "${worker}"`,
    };
  }
  return {
    code: "runtime.old",
    cause: `the hub cannot call its service binding "${worker}" for destination "${destination}", since its compatibility date leaves RPC off`,
    cure: NEW_DATE,
  };
}

const NEW_DATE = `set compatibility_date = "${COMPATIBILITY.date}" in the hub's wrangler.toml and deploy it with wrangler 4`;

/** What is wrong with the runtime. `flags`: those it knows, and whether they are set; `undefined` where it does not say. */
export function runtimeProblems(flags: Readonly<Record<string, boolean>> | undefined): Problem[] {
  if (flags === undefined) return [];
  const off = Object.entries(RUNTIME_FLAGS).find(([flag]) => flags[flag] !== true);
  if (off === undefined) return [];
  const [flag, date] = off;
  const cause = Object.hasOwn(flags, flag)
    ? `the hub's compatibility date is before ${date}, or its flags leave ${flag} off`
    : `the hub runs in a runtime that does not know ${flag}, as that of wrangler 3 does not`;
  return [{ code: "runtime.old", cause, cure: NEW_DATE }];
}

/** Of a service binding whose calls are RPC, which has every method, whatever is behind it. */
function isStub(binding: unknown): boolean {
  return hasMethod(binding, NO_METHOD);
}

/** Nothing implements it. */
export const NO_METHOD = "flowhubImplementsNoSuchMethod";

function hasMethod(binding: unknown, method: string): boolean {
  return typeof (binding as Bindings | null | undefined)?.[method] === "function";
}
