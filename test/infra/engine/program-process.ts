import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface ProgramProcessOptions {
  /** Of the program: that of its Pulumi.yaml. */
  readonly directory: string;
  /** Where engine and resource monitor listen. */
  readonly address: string;
  readonly project: string;
  readonly stack: string;
  readonly dryRun: boolean;
  readonly parallel: number;
  /** By qualified key: `project:key`. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeLimitMs: number;
}

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program as Pulumi's language host for Node.js does. Throws when it does not end by itself. */
export async function runProcess(options: ProgramProcessOptions): Promise<Ended> {
  const { directory, address, timeLimitMs } = options;
  const runtime = createRequire(join(directory, "index.ts")).resolve("@pulumi/pulumi/cmd/run/index.js");
  const child = spawn(process.execPath, [runtime, ...argumentsOf(options), "."], {
    cwd: directory,
    env: {
      PULUMI_NODEJS_TYPESCRIPT: "true",
      PULUMI_CONFIG: JSON.stringify(options.config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretKeys),
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeLimitMs,
    killSignal: "SIGKILL",
  });
  const stdout = collected(child.stdout);
  const stderr = collected(child.stderr);
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  if (code === null)
    throw new Error(`${directory} at ${address} ended by ${signal} (its time limit is ${timeLimitMs} ms)\n${stdout()}${stderr()}`);
  return { exitCode: code, stdout: stdout(), stderr: stderr() };
}

function argumentsOf({ directory, address, project, stack, dryRun, parallel }: ProgramProcessOptions): string[] {
  return [
    `--monitor=${address}`,
    `--engine=${address}`,
    `--project=${project}`,
    `--stack=${stack}`,
    `--root-directory=${directory}`,
    `--pwd=${directory}`,
    `--parallel=${parallel}`,
    ...(dryRun ? ["--dry-run"] : []),
  ];
}

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
