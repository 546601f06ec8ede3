import { isDeepStrictEqual } from "node:util";
import type { RegisterResourceOutputsRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { HookCall, Hooks } from "./hooks.ts";
import { type Registration, registrationOf } from "./registration.ts";
import type { Mode, RecordedResource, Run, RunLog } from "./run.ts";
import { isStack } from "./urn.ts";
import { type Classified, fromWire, type Properties, UNKNOWN } from "./wire.ts";

/** What stands in for the cloud. */
export interface Cloud {
  /** Properties that the cloud adds to a new resource. In a preview they are unknown. An existing resource keeps the ones it has. */
  readonly computed?: ((resource: RecordedResource) => Properties) | undefined;
  /** Throws what the API would refuse. Asked at update, for everything that is created or changed, in that order. */
  readonly refuse?: ((resource: RecordedResource, made: readonly RecordedResource[]) => void) | undefined;
}

export interface DeploymentOptions extends Cloud {
  readonly mode: Mode;
  readonly project: string;
  readonly stack: string;
  /** What stood before, as a run left it. */
  readonly before: readonly RecordedResource[];
  readonly hooks: Hooks;
  readonly log: (entry: RunLog) => void;
}

/**
 * Plays the part of Pulumi's engine in one preview or update. It knows creates, updates and what stays the same. Replacements are updates to
 * it, what a program no longer registers is gone without a delete, and `aliases` and `ignoreChanges` are recorded but not acted upon.
 */
export interface Deployment {
  /** Throws what a hook or the cloud refuses; from then on the deployment has failed. */
  readonly register: (request: RegisterResourceRequest) => Promise<RecordedResource>;
  /** Components and the stack tell their outputs when all is registered that belongs to them. */
  readonly complete: (request: RegisterResourceOutputsRequest) => Promise<void>;
  readonly failed: () => boolean;
  readonly result: () => Pick<Run, "resources" | "state" | "outputs" | "secretOutputs">;
}

export function createDeployment(options: DeploymentOptions): Deployment {
  const { mode, hooks } = options;
  const before = new Map(options.before.map((resource) => [resource.urn, resource]));
  const asked = new Set<string>();
  const made = new Map<string, RecordedResource>();
  let failed = false;
  let stackOutputs: Classified = { values: {}, secrets: [] };

  function fail(urn: string, error: unknown): never {
    failed = true;
    options.log({ severity: "error", message: error instanceof Error ? error.message : String(error), urn });
    throw error;
  }

  async function make(registration: Registration): Promise<RecordedResource> {
    const old = before.get(registration.urn);
    const planned = plan(registration, old);
    await callHooks("before", { planned, old });
    if (mode === "update" && planned.custom && planned.operation !== "same") options.refuse?.(planned, [...made.values()]);
    const resource = { ...planned, ...outcomeOf(planned, { old, mode, computed: options.computed }) };
    made.set(resource.urn, resource);
    if (resource.custom) await callHooks("after", { planned: resource, old });
    return resource;
  }

  async function callHooks(when: "before" | "after", { planned, old }: { planned: RecordedResource; old: RecordedResource | undefined }) {
    const call = hookCallOf(when, { planned, old });
    if (call !== undefined) await hooks.call(call);
  }

  return {
    async register(request) {
      if (failed) throw new Error(SHUT_DOWN);
      const registration = registrationOf(request, options);
      const { urn } = registration;
      if (asked.has(urn)) fail(urn, new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`));
      asked.add(urn);
      return await make(registration).catch((error) => fail(urn, error));
    },
    async complete(request) {
      if (failed) throw new Error(SHUT_DOWN);
      const resource = made.get(request.getUrn());
      if (resource === undefined) fail(request.getUrn(), new Error("has outputs but is not registered"));
      const outputs = fromWire(request.getOutputs());
      const complete = { ...resource, outputs: outputs.values, secretOutputs: outputs.secrets };
      made.set(resource.urn, complete);
      if (isStack(resource)) stackOutputs = outputs;
      const old = before.get(resource.urn);
      await callHooks("after", { planned: complete, old }).catch((error) => fail(resource.urn, error));
    },
    failed: () => failed,
    result: () => ({
      resources: [...made.values()],
      state: [...(failed ? new Map([...before, ...made]) : made).values()],
      outputs: stackOutputs.values,
      secretOutputs: stackOutputs.secrets,
    }),
  };
}

const SHUT_DOWN = "resource monitor shut down";

function plan(registration: Registration, old: RecordedResource | undefined): RecordedResource {
  const nothingYet = { outputs: {}, secretOutputs: [] };
  if (old === undefined) return { ...registration, ...nothingYet, id: "", operation: "create" };
  const operation = isDeepStrictEqual(registration.inputs, old.inputs) ? "same" : "update";
  return { ...registration, ...nothingYet, id: old.id, operation };
}

interface Circumstances extends Pick<Cloud, "computed"> {
  readonly mode: Mode;
  readonly old: RecordedResource | undefined;
}

/** A provider answers with the inputs and what the cloud added to them. */
function outcomeOf(planned: RecordedResource, { old, mode, computed }: Circumstances) {
  if (!planned.custom) return { id: "", outputs: {}, secretOutputs: [] };
  const isUnknown = mode === "preview" && planned.operation === "create";
  const added = Object.entries(computed?.(planned) ?? {}).map(([name, value]) => [
    name,
    isUnknown ? UNKNOWN : (old?.outputs[name] ?? value),
  ]);
  return {
    id: planned.id !== "" || isUnknown ? planned.id : `id-of-${planned.name}`,
    outputs: { ...planned.inputs, ...Object.fromEntries(added) },
    secretOutputs: [...new Set([...planned.secrets, ...planned.additionalSecretOutputs])],
  };
}

function hookCallOf(
  when: "before" | "after",
  { planned, old }: { readonly planned: RecordedResource; readonly old: RecordedResource | undefined },
): HookCall | undefined {
  const now = { resource: planned, id: planned.id, newInputs: inputsOf(planned) };
  switch (planned.operation) {
    case "same":
      return undefined;
    case "create":
      return when === "before" ? { ...now, kind: "beforeCreate" } : { ...now, kind: "afterCreate", newOutputs: outputsOf(planned) };
    case "update": {
      const then = old === undefined ? {} : { oldInputs: inputsOf(old), oldOutputs: outputsOf(old) };
      const both = { ...now, ...then };
      return when === "before" ? { ...both, kind: "beforeUpdate" } : { ...both, kind: "afterUpdate", newOutputs: outputsOf(planned) };
    }
    default:
      return planned.operation satisfies never;
  }
}

function inputsOf({ inputs, secrets }: RecordedResource): Classified {
  return { values: inputs, secrets };
}

function outputsOf({ outputs, secretOutputs }: RecordedResource): Classified {
  return { values: outputs, secrets: secretOutputs };
}
