import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import monitorService from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Deployment } from "./deployment.ts";
import type { Hooks } from "./hooks.ts";
import type { RecordedResource, RunLog } from "./run.ts";
import { toWire } from "./wire.ts";

/** What a program is told about the deployment it takes part in. */
export interface DeploymentInfo {
  readonly project: string;
  readonly stack: string;
  readonly dryRun: boolean;
  readonly parallel: number;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

export interface ServicesOptions {
  readonly info: DeploymentInfo;
  readonly deployment: Deployment;
  readonly hooks: Hooks;
  readonly log: (entry: RunLog) => void;
}

/** The services that Pulumi's engine offers to the runtime of a language, as far as programs of resources and hooks need them. */
export function addServices(server: grpc.Server, options: ServicesOptions): void {
  server.addService(monitorService.ResourceMonitorService, monitorOf(options));
  server.addService(engineService.EngineService, engineOf(options));
}

/** Only what this engine acts on: the runtime tells a program that wants more (transforms, error hooks, …), instead of it being ignored. */
const FEATURES = [
  messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS,
  messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
];

function monitorOf({ info, deployment, hooks }: ServicesOptions): grpc.UntypedServiceImplementation {
  return {
    getDeploymentInfo: answering(() => infoMessage(info)),
    registerResource: answering(async (request: messages.RegisterResourceRequest) => responseOf(await deployment.register(request))),
    registerResourceOutputs: answering(async (request: messages.RegisterResourceOutputsRequest) => {
      await deployment.complete(request);
      return new empty.Empty();
    }),
    registerResourceHook: answering((request: messages.RegisterResourceHookRequest) => {
      hooks.register(request);
      return new empty.Empty();
    }, grpc.status.ALREADY_EXISTS),
    signalAndWaitForShutdown: answering(() => new empty.Empty()),
    invoke: refusing((request: messages.ResourceInvokeRequest) => `invoke of ${request.getTok()}`),
    call: refusing((request: messages.ResourceCallRequest) => `call of ${request.getTok()}`),
    readResource: refusing((request: messages.ReadResourceRequest) => `read of ${request.getType()} "${request.getName()}"`),
  };
}

function engineOf({ log }: ServicesOptions): grpc.UntypedServiceImplementation {
  let root = "";
  return {
    log: answering((request: engine.LogRequest) => {
      const severity = SEVERITIES[request.getSeverity()];
      if (severity !== "debug") log({ severity, message: request.getMessage(), urn: request.getUrn() });
      return new empty.Empty();
    }),
    getRootResource: answering(() => new engine.GetRootResourceResponse().setUrn(root)),
    setRootResource: answering((request: engine.SetRootResourceRequest) => {
      root = request.getUrn();
      return new engine.SetRootResourceResponse();
    }),
    requirePulumiVersion: answering(() => new engine.RequirePulumiVersionResponse()),
  };
}

const SEVERITIES: Readonly<Record<engine.LogSeverity, "debug" | RunLog["severity"]>> = {
  [engine.LogSeverity.DEBUG]: "debug",
  [engine.LogSeverity.INFO]: "info",
  [engine.LogSeverity.WARNING]: "warning",
  [engine.LogSeverity.ERROR]: "error",
};

function infoMessage({ project, stack, dryRun, parallel, config, secretKeys }: DeploymentInfo): messages.DeploymentInfo {
  const message = new messages.DeploymentInfo()
    .setProject(project)
    .setStack(stack)
    .setDryrun(dryRun)
    .setParallel(parallel)
    .setConfigsecretkeysList([...secretKeys])
    .setSupportedfeaturesList(FEATURES);
  for (const [key, value] of Object.entries(config)) message.getConfigMap().set(key, value);
  return message;
}

function responseOf({ urn, id, custom, outputs, secretOutputs }: RecordedResource): messages.RegisterResourceResponse {
  const response = new messages.RegisterResourceResponse().setUrn(urn).setId(id);
  if (custom) response.setObject(toWire({ values: outputs, secrets: secretOutputs }));
  return response;
}

/**
 * What the deployment refuses has been logged with its resource. As with Pulumi's engine, the monitor is then unavailable to the program,
 * which ends without a word of its own; it reports every other code itself.
 */
function answering<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
  code: grpc.status = grpc.status.UNAVAILABLE,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, reply) => {
    Promise.resolve(request)
      .then(answer)
      .then(
        (response) => reply(null, response),
        (error) => reply({ code, details: String(error) }),
      );
  };
}

function refusing<Request>(what: (request: Request) => string): grpc.handleUnaryCall<Request, never> {
  return ({ request }, reply) =>
    reply({ code: grpc.status.UNIMPLEMENTED, details: `the recording engine cannot answer the ${what(request)}` });
}
