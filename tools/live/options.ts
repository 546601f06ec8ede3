import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type ReadOptions, readCommandLine } from "../local/command-line.ts";

export interface LiveOptions {
  /** Leave the stack and its state as they are at the end. */
  readonly keep: boolean;
}

/** The Cloudflare account everything is deployed to. */
export interface Account {
  readonly accountId: string;
  readonly apiToken: string;
}

export const HELP = `Deploys infra/example to a Cloudflare account with Pulumi, checks that it works there, and removes it again.
Exit code 0: all of it passed and nothing is left; 1: something did not, or is left; 2: nothing was tried.

  PULUMI_LIVE=1 npm run live -- [--keep] [--help]

  --keep  leave the stack standing at the end, with its state, and say how to remove it
  --help  this text

It takes a few minutes, costs next to nothing, and needs
  PULUMI_LIVE=1          because it creates resources in a real account
  CLOUDFLARE_API_TOKEN   with edit rights on Workers Scripts, D1 and Queues of the account
  CLOUDFLARE_ACCOUNT_ID  an account on a plan with Queues and Workflows and with a workers.dev subdomain
  pulumi                 the CLI, on the PATH; its own backend and login are not used

What it does, in a stack of its own with a random name and its state in a temporary folder:
  1. packs flowhub, installs the package in a copy of infra/example, pulumi stack init, config, preview, up
  2. pulumi preview --expect-no-changes: a second run finds no difference
  3. sends the producer a webhook delivery with a wrong signature (401), then with the right one (202 and a receipt)
  4. reads from D1 that every dispatch of the receipt completed, none before it was due
  5. changes a delay in the copy: pulumi preview prints the routing change
  6. always, also after a failure or Ctrl-C: pulumi destroy and stack rm
`;

export function readOptions(args: readonly string[]): ReadOptions<LiveOptions> {
  return readCommandLine(args, { keep: { type: "boolean", default: false } }, ({ keep }) => ({ keep }));
}

/** The account, or all that stands in the way of trying. */
export type Gate = { readonly account: Account } | { readonly refusal: string };

export function readGate(env: NodeJS.ProcessEnv): Gate {
  if (env["PULUMI_LIVE"] !== "1") return { refusal: `${HELP}\nNothing was tried: PULUMI_LIVE is not 1.` };
  const { CLOUDFLARE_ACCOUNT_ID: accountId = "", CLOUDFLARE_API_TOKEN: apiToken = "" } = env;
  const missing = [
    ...(apiToken === "" ? ["CLOUDFLARE_API_TOKEN is not set."] : []),
    ...(accountId === "" ? ["CLOUDFLARE_ACCOUNT_ID is not set."] : []),
    ...(isOnPath("pulumi", env["PATH"] ?? "") ? [] : ["pulumi is not on the PATH: https://www.pulumi.com/docs/iac/download-install"]),
  ];
  return missing.length === 0 ? { account: { accountId, apiToken } } : { refusal: ["Nothing was tried.", ...missing].join("\n") };
}

function isOnPath(command: string, path: string): boolean {
  return path.split(delimiter).some((folder) => isExecutable(join(folder, command)) || isExecutable(join(folder, `${command}.exe`)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the caller says so.
    return false;
  }
}
