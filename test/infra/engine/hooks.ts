import grpc from "@grpc/grpc-js";
import callbacks from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callback from "@pulumi/pulumi/proto/callback_pb.js";
import messages from "@pulumi/pulumi/proto/resource_pb.js";
import type { HookKind, Mode, RecordedResource, RunLog } from "./run.ts";
import { type Classified, toWire } from "./wire.ts";

/** What a hook is told. Which of the old and new are there depends on its kind: see `ResourceHookArgs` of Pulumi. */
export interface HookCall {
  readonly kind: HookKind;
  readonly resource: Pick<RecordedResource, "urn" | "type" | "name" | "hooks">;
  readonly id: string;
  readonly newInputs?: Classified;
  readonly oldInputs?: Classified;
  readonly newOutputs?: Classified;
  readonly oldOutputs?: Classified;
}

/** The hooks of a program, which run in its own process. */
export interface Hooks extends Disposable {
  readonly register: (request: messages.RegisterResourceHookRequest) => void;
  /** Calls the hooks that the resource is bound to, one after the other. Throws what the first of them refuses. */
  readonly call: (call: HookCall) => Promise<void>;
}

interface Hook {
  readonly target: string;
  readonly token: string;
  readonly onDryRun: boolean;
  readonly ignoreErrors: boolean;
}

export function programHooks({ mode, log }: { readonly mode: Mode; readonly log: (entry: RunLog) => void }): Hooks {
  const hooks = new Map<string, Hook>();
  const clients = new Map<string, callbacks.CallbacksClient>();

  function clientFor(target: string): callbacks.CallbacksClient {
    const client = clients.get(target) ?? new callbacks.CallbacksClient(target, grpc.credentials.createInsecure());
    clients.set(target, client);
    return client;
  }

  async function callOne(name: string, call: HookCall): Promise<void> {
    const hook = hooks.get(name);
    if (hook === undefined) throw new Error(`hook "${name}" was not registered`);
    if (mode === "preview" && !hook.onDryRun) return;
    const error = await errorOf(clientFor(hook.target), { token: hook.token, request: requestOf(call) });
    if (error === "") return;
    const message = `hook "${name}" failed: ${error}`;
    if (!hook.ignoreErrors) throw new Error(message);
    log({ severity: "warning", message, urn: call.resource.urn });
  }

  return {
    register(request) {
      const name = request.getName();
      if (hooks.has(name)) throw new Error(`resource hook already registered for name "${name}"`);
      hooks.set(name, {
        target: request.getCallback()?.getTarget() ?? "",
        token: request.getCallback()?.getToken() ?? "",
        onDryRun: request.getOnDryRun(),
        ignoreErrors: request.getIgnoreErrors(),
      });
    },
    async call(call) {
      for (const name of call.resource.hooks[call.kind]) await callOne(name, call);
    },
    [Symbol.dispose]() {
      for (const client of clients.values()) client.close();
    },
  };
}

function requestOf({ resource, id, ...values }: HookCall): messages.ResourceHookRequest {
  const request = new messages.ResourceHookRequest();
  request.setUrn(resource.urn).setId(id).setName(resource.name).setType(resource.type);
  if (values.newInputs !== undefined) request.setNewInputs(toWire(values.newInputs));
  if (values.oldInputs !== undefined) request.setOldInputs(toWire(values.oldInputs));
  if (values.newOutputs !== undefined) request.setNewOutputs(toWire(values.newOutputs));
  if (values.oldOutputs !== undefined) request.setOldOutputs(toWire(values.oldOutputs));
  return request;
}

/** Empty when the hook is content. */
async function errorOf(
  client: callbacks.CallbacksClient,
  { token, request }: { readonly token: string; readonly request: messages.ResourceHookRequest },
): Promise<string> {
  const invocation = new callback.CallbackInvokeRequest().setToken(token).setRequest(request.serializeBinary());
  return await new Promise((resolve, reject) => {
    client.invoke(invocation, (error, response) => {
      if (error) reject(error);
      else resolve(messages.ResourceHookResponse.deserializeBinary(response.getResponse_asU8()).getError());
    });
  });
}
