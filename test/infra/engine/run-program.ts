import grpc from "@grpc/grpc-js";
import { type Cloud, createDeployment } from "./deployment.ts";
import { programHooks } from "./hooks.ts";
import { runProcess } from "./program-process.ts";
import type { Mode, Run, RunLog } from "./run.ts";
import { addServices } from "./services.ts";

export interface RunOptions extends Cloud {
  /** Of the program: that of its Pulumi.yaml. */
  readonly directory: string;
  readonly mode: Mode;
  /** Default: `project`. */
  readonly project?: string | undefined;
  /** Default: `dev`. */
  readonly stack?: string | undefined;
  /** Keys without a namespace belong to the project. */
  readonly config?: Readonly<Record<string, string>> | undefined;
  readonly secretKeys?: readonly string[] | undefined;
  /** The update that this run follows. Without one, nothing stands yet. */
  readonly previous?: Run | undefined;
  /** Leaves out the type check of the program, for runs that are about something else. Default: false. */
  readonly transpileOnly?: boolean | undefined;
  /** For the program, which inherits no variable of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Default: a minute. */
  readonly timeLimitMs?: number | undefined;
}

/**
 * Runs a Pulumi program in Pulumi's own runtime for Node.js, against an engine that records what the program registers and creates nothing.
 * That the program fails is part of the run; throws when it does not end, or when `previous` is a preview.
 */
export async function runProgram(options: RunOptions): Promise<Run> {
  const { directory, mode, project = "project", stack = "dev", previous } = options;
  if (previous?.mode === "preview") throw new Error("a preview leaves nothing behind that a run could follow");
  const qualified = (key: string) => (key.includes(":") ? key : `${project}:${key}`);
  const info = {
    project,
    stack,
    dryRun: mode === "preview",
    parallel: PARALLEL,
    config: Object.fromEntries(Object.entries(options.config ?? {}).map(([key, value]) => [qualified(key), value])),
    secretKeys: (options.secretKeys ?? []).map(qualified),
  };
  const logs: RunLog[] = [];
  const log = (entry: RunLog) => void logs.push(entry);
  using hooks = programHooks({ mode, log });
  const { computed, refuse } = options;
  const deployment = createDeployment({ mode, project, stack, before: previous?.state ?? [], hooks, log, computed, refuse });
  using server = await listen((services) => addServices(services, { info, deployment, hooks, log }));
  const env = options.transpileOnly === true ? { PULUMI_NODEJS_TRANSPILE_ONLY: "true", ...options.env } : (options.env ?? {});
  const ended = await runProcess({ ...info, directory, address: server.address, env, timeLimitMs: options.timeLimitMs ?? 60_000 });
  return { mode, logs, ...ended, ...deployment.result(), exitCode: deployment.failed() ? REFUSED : ended.exitCode };
}

/** Registrations at once. */
const PARALLEL = 16;

/** The exit code of `pulumi` when an update fails. */
const REFUSED = 255;

async function listen(addTo: (server: grpc.Server) => void): Promise<Disposable & { readonly address: string }> {
  // No limit: a bundle that is uploaded as `content` is one message.
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  addTo(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { address: `127.0.0.1:${port}`, [Symbol.dispose]: () => server.forceShutdown() };
}
