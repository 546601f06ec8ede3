import * as pulumi from "@pulumi/pulumi";
import type messages from "@pulumi/pulumi/proto/resource_pb.js";
import { vi } from "vitest";
import { type HubConfig, parseConfig } from "../../schema/config/config.ts";
import { configFromBindings } from "../../schema/config/config-bindings.ts";
import { issueText } from "../../schema/wording.ts";
import { fromWire, type Properties } from "./engine/wire.ts";

/** A resource as the program asked for it. Mocks get the inputs alone, with what is secret smeared over whole lists: this is the request itself. */
export interface Requested {
  readonly type: string;
  readonly name: string;
  /** Logical name; empty without one. */
  readonly parent: string;
  readonly inputs: Properties;
  /** Paths such as `bindings[0].service`. */
  readonly secrets: readonly string[];
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  /** Logical names, sorted. */
  readonly dependencies: readonly string[];
  /** Logical name of an explicit provider; empty for the default one. */
  readonly provider: string;
}

export interface Recorded<Result> {
  readonly result: Result;
  /** In the order in which they were registered. */
  readonly resources: readonly Requested[];
  /** Of components, by logical name. */
  readonly outputs: Readonly<Record<string, Properties>>;
  readonly warnings: readonly string[];
  /** What ended the program after its last line: each message once. */
  readonly failures: readonly string[];
}

/** Runs a program under Pulumi's mocks. What the cloud would add is made of logical names: the database of `hub` has the id `uuid of hub-database`. */
export async function record<Result>(program: () => Result, { stack = "dev" } = {}): Promise<Recorded<Result>> {
  await pulumi.runtime.setMocks({ newResource: created, call: () => ({}) }, "shop", stack, false);
  const recorded = recordRequests();
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  using rejections = catchRejections();
  try {
    const result = program();
    await pulumi.runtime.disconnect();
    await new Promise(setImmediate);
    return { result, ...recorded, warnings: warn.mock.calls.map(([message]) => String(message)), failures: [...rejections.messages] };
  } finally {
    warn.mockRestore();
  }
}

/** As Pulumi's own runtime does it: a promise that nobody waits for ends the program, and is often one of many that failed for the same reason. */
function catchRejections(): Disposable & { readonly messages: ReadonlySet<string> } {
  const messages = new Set<string>();
  const note = (reason: unknown) => messages.add(reason instanceof Error ? reason.message : String(reason));
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", note);
  return {
    messages,
    [Symbol.dispose]() {
      process.off("unhandledRejection", note);
      for (const other of others) process.on("unhandledRejection", other);
    },
  };
}

/** The one of that logical name. */
export function requested({ resources }: Pick<Recorded<unknown>, "resources">, name: string): Requested {
  const [only, ...others] = resources.filter((resource) => resource.name === name);
  if (only === undefined || others.length > 0)
    throw new Error(`${others.length + (only === undefined ? 0 : 1)} resources are named ${name}`);
  return only;
}

/** Bindings of a script, in their order. */
export function bindingsOf(recorded: Pick<Recorded<unknown>, "resources">, script = "hub-script"): readonly Properties[] {
  return requested(recorded, script).inputs["bindings"] as readonly Properties[];
}

/** The configuration as the hub reads it when it starts. */
export function configRead(recorded: Pick<Recorded<unknown>, "resources">, script?: string): HubConfig {
  const variables = bindingsOf(recorded, script).flatMap(({ type, name, json }) => (type === "json" ? [[String(name), json]] : []));
  const parsed = parseConfig(configFromBindings(Object.fromEntries(variables)));
  if (!parsed.ok) throw new Error(parsed.issues.map(issueText).join("; "));
  return parsed.config;
}

/** What an Output comes to. */
export function resolved<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as Value));
  });
}

function created({ type, name, inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  const added: Readonly<Record<string, object>> = {
    "cloudflare:index/d1Database:D1Database": { uuid: `uuid of ${name}` },
    "cloudflare:index/queue:Queue": { queueId: `id of ${name}` },
    "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication": { aud: `aud of ${name}` },
  };
  return { id: `id-${name}`, state: { ...inputs, ...added[type] } };
}

type Answer<Request> = (request: Request, callback: (error: unknown, response: unknown) => void) => unknown;
interface Monitor {
  registerResource: Answer<messages.RegisterResourceRequest>;
  registerResourceOutputs: Answer<messages.RegisterResourceOutputsRequest>;
}

/** Fills with every request from now on, until mocks are set anew. */
function recordRequests(): Pick<Recorded<unknown>, "resources" | "outputs"> {
  const resources: Requested[] = [];
  const outputs: Record<string, Properties> = {};
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  const complete = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request, callback) => {
    resources.push(requestOf(request));
    return register(request, callback);
  };
  monitor.registerResourceOutputs = (request, callback) => {
    outputs[logicalName(request.getUrn())] = fromWire(request.getOutputs()).values;
    return complete(request, callback);
  };
  return { resources, outputs };
}

function requestOf(request: messages.RegisterResourceRequest): Requested {
  const { values, secrets } = fromWire(request.getObject());
  const [provider = ""] = request.getProvider().split(/::(?=id-)/);
  return {
    type: request.getType(),
    name: request.getName(),
    parent: logicalName(request.getParent()),
    inputs: values,
    secrets,
    protect: request.getProtect() === true,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    dependencies: request.getDependenciesList().map(logicalName).sort(),
    provider: logicalName(provider),
  };
}

function logicalName(urn: string): string {
  return urn === "" ? "" : urn.slice(urn.lastIndexOf("::") + 2);
}
