import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { HOST } from "./free-port.ts";
import { type Guarded, startGuarded } from "./guarded.ts";

export interface DevSessionOptions {
  /** The first is the one that answers HTTP. */
  readonly configs: readonly string[];
  readonly port: number;
  readonly stateDir: string;
  /** Where sessions and observers find each other: nobody else's Workers are in it. */
  readonly registryDir: string;
  readonly onLog?: ((line: string) => void) | undefined;
}

/** A `wrangler dev` with all that it started. */
export type DevSession = Guarded;

/** Starts several Workers in one process. Returns at once; they are ready some seconds later. */
export function startDevSession(options: DevSessionOptions): DevSession {
  return startGuarded({
    command: [wranglerBin(), ...argumentsOf(options)],
    env: environmentFor(options.registryDir),
    onLog: options.onLog,
  });
}

function wranglerBin(): string {
  return join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin", "wrangler.js");
}

function argumentsOf({ configs, port, stateDir }: DevSessionOptions): string[] {
  const listen = ["--ip", HOST, "--port", String(port), "--inspector-port", "0"];
  const quiet = ["--show-interactive-dev-session=false", "--log-level", "info"];
  return ["dev", ...configs.flatMap((config) => ["-c", config]), ...listen, "--persist-to", stateDir, ...quiet];
}

/** No questions, no reports to anybody. */
function environmentFor(registryDir: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CI: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_REGISTRY_PATH: registryDir,
    X_LOCAL_OBSERVABILITY: "false",
  };
}
