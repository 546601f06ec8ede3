import { type ReadOptions, readCommandLine } from "./local/command-line.ts";

export interface AuditOptions {
  /** Name of the hub's Worker. */
  readonly hub: string;
  /** The deployed one, reached as `wrangler` is logged in; else one that runs on this machine. */
  readonly remote: boolean;
  /** Where Workers on this machine find each other; else where `wrangler dev` lets them. */
  readonly registry: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly allRuns: boolean;
  readonly json: boolean;
}

export const HELP = `Counts what a hub has stored and compares it with itself and with the Workflow instances behind it.
Every mismatch is named, with ids. Exit code 0: nothing is unexplained; 1: something is; 2: no audit was possible.

  npm run audit -- [options]

  --hub NAME      the hub's Worker; by default flowhub
  --remote        the one that is deployed, in the account that wrangler is logged in to;
                  without it, the one that runs in "wrangler dev" or "npm start" on this machine
  --registry DIR  for "npm start": it prints the directory
  --from TIME     only events emitted since then, RFC 3339
  --to TIME       only events emitted before then
  --all-runs      ask for the instances of all settled dispatches, not only of the last day's
  --json          print the sum as one line of JSON, the last on stdout
  --help          this text
`;

export function readOptions(args: readonly string[]): ReadOptions<AuditOptions> {
  const known = {
    hub: { type: "string", default: "flowhub" },
    remote: { type: "boolean", default: false },
    registry: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    "all-runs": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  } as const;
  return readCommandLine(args, known, ({ hub, remote, registry, from, to, json, "all-runs": allRuns }) => {
    if (remote && registry !== undefined) throw new Error("Pass either --remote or --registry: a registry is of this machine.");
    return { hub, remote, registry, from, to, json, allRuns };
  });
}
