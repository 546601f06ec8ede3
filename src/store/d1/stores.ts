import { problemText } from "../../../schema/contract/problems.ts";
import { Fault } from "../../../schema/faults.ts";
import { shardOf } from "../../../schema/ids.ts";
import { bindingProblems, isOfKind } from "../../domain/deployment/binding-problems.ts";

/** The bindings of a deployment's databases. */
export interface Databases {
  readonly DB: D1Database;
}

/**
 * The databases of a deployment, each the home of the events whose ids name its shard. There is one so far. Throws `hub.misconfigured`
 * when it is not bound: without it nothing can be accepted, read or done.
 */
export function stores(env: Databases): readonly [D1Database, ...D1Database[]] {
  if (isOfKind(env.DB, "database")) return [env.DB];
  throw new Fault("hub.misconfigured", `Nothing was stored: ${bindingProblems(env).map(problemText).join("; ")}.`);
}

/** The database that holds an event, or what belongs to it, by an id that begins with the event's. What names no shard is in the first. */
export function storeOf(env: Databases, id: string): D1Database {
  const all = stores(env);
  return all[shardOf(id)] ?? all[0];
}

/** The database of what belongs to no event: controls, bulk operations, audits. Lists over all events are read from it while it is the only one. */
export function homeStore(env: Databases): D1Database {
  return stores(env)[0];
}
