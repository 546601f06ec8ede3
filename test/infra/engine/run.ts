import type { Properties } from "./wire.ts";

export type Mode = "preview" | "update";

export type HookKind = "beforeCreate" | "afterCreate" | "beforeUpdate" | "afterUpdate" | "beforeDelete" | "afterDelete";

/** Names of the hooks that a resource is bound to. */
export type BoundHooks = Readonly<Record<HookKind, readonly string[]>>;

/** A resource as the program registered it, and what became of it. */
export interface RecordedResource {
  readonly urn: string;
  /** `cloudflare:index/queue:Queue` */
  readonly type: string;
  readonly name: string;
  /** A resource of a provider, not a component. */
  readonly custom: boolean;
  /** A urn; empty for the stack. */
  readonly parent: string;
  readonly inputs: Properties;
  /** Paths in `inputs`, such as `bindings[0].text`. */
  readonly secrets: readonly string[];
  readonly outputs: Properties;
  /** Paths in `outputs`. */
  readonly secretOutputs: readonly string[];
  /** Empty for a component, and in the preview of a create. */
  readonly id: string;
  readonly operation: "create" | "update" | "same";
  /** Urns, sorted. */
  readonly dependencies: readonly string[];
  /** Urns by the input that made the dependency. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly hooks: BoundHooks;
  /** Urns; an alias that is given by its parts is written `name=… type=… parent=…`. */
  readonly aliases: readonly string[];
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly retainOnDelete: boolean;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  /** Urn and id of an explicit provider; empty for the default one. */
  readonly provider: string;
  /** Of the provider's package. */
  readonly version: string;
}

export interface RunLog {
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  /** Of the resource it is about; empty when it is about the program. */
  readonly urn: string;
}

/** All that there is to know after a program ran. */
export interface Run {
  readonly mode: Mode;
  /** 0 when the program ended well and the engine refused nothing. */
  readonly exitCode: number;
  /** In the order in which they came to be. */
  readonly resources: readonly RecordedResource[];
  /** What stands afterwards. After a failure that is also what the program did not come to. */
  readonly state: readonly RecordedResource[];
  readonly logs: readonly RunLog[];
  readonly stdout: string;
  readonly stderr: string;
  /** Of the stack. */
  readonly outputs: Properties;
  /** Paths in `outputs`. */
  readonly secretOutputs: readonly string[];
}

/** Throws unless there is exactly one of that name. */
export function resourceNamed({ resources }: Run, name: string): RecordedResource {
  const found = resources.filter((resource) => resource.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} resources are named "${name}"`);
  return only;
}

/** The last part of a type: `Queue` of `cloudflare:index/queue:Queue`. */
export function kindOf({ type }: Pick<RecordedResource, "type">): string {
  return type.slice(type.lastIndexOf(":") + 1);
}
