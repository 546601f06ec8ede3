import { type Command, runCommand } from "./shell.ts";
import type { Workspace } from "./workspace.ts";

/** What infra/example/index.ts exports. */
export interface Outputs {
  readonly database: string;
  /** Name of the producer's Worker. */
  readonly webhook: string;
}

/** The `pulumi` commands of a live run, all on one stack. Each resolves with what Pulumi printed. */
export function pulumiOn({ program, stack, pulumiEnv }: Workspace, command: Pick<Command, "say" | "signal">) {
  // A passphrase of the person's own would win over ours.
  const { PULUMI_CONFIG_PASSPHRASE: _, ...inherited } = process.env;
  const env = { ...inherited, ...pulumiEnv, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const run = (args: readonly string[], input?: string) =>
    runCommand("pulumi", [...args, "--non-interactive", "--color", "never"], {
      ...command,
      cwd: program,
      env,
      ...(input !== undefined && { input }),
    });
  const onStack = ["--stack", stack];
  return {
    createStack: () => run(["stack", "init", stack, "--no-select", "--secrets-provider", "passphrase"]),
    setConfig: (name: string, value: string) => run(["config", "set", name, ...onStack], value),
    setSecret: (name: string, value: string) => run(["config", "set", name, "--secret", ...onStack], value),
    preview: (...flags: readonly string[]) => run(["preview", ...flags, ...onStack]),
    update: () => run(["up", "--yes", ...onStack]),
    outputs: async () => JSON.parse(await run(["stack", "output", "--json", ...onStack])) as Outputs,
    destroy: () => run(["destroy", "--yes", ...onStack]),
    removeStack: () => run(["stack", "rm", stack, "--yes"]),
    listResources: () => run(["stack", ...onStack]),
  };
}

export type Pulumi = ReturnType<typeof pulumiOn>;
