/**
 * Makes a database cluster and becomes its server: `node run-postgres.ts <folder of binaries> <data directory> <port>`. PostgreSQL refuses to
 * run as root: then another user is who does.
 */
import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const [binaries = "", dataDir = "", port = ""] = process.argv.slice(2);
// Not synced: what it consists of before it has served anybody can be made again.
const cluster = ["--auth=trust", "--username=eventhub", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"];
// Over TCP only. All else is as it comes: what is committed is on the disk.
const settings = ["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories="];

mkdirSync(dataDir, { mode: 0o700 });
if (process.getuid?.() === 0) becomeOwner();
process.chdir(dataDir);
execFileSync(join(binaries, "initdb"), [...cluster, "-D", dataDir], { stdio: ["ignore", "ignore", "inherit"] });
const server = join(binaries, "postgres");
// By its whole path as its own name too: it looks for its libraries beside that.
const command = [server, "-D", dataDir, ...settings.flatMap((setting) => ["-c", setting])];
process.execve?.(server, command, process.env as Record<string, string>);

function becomeOwner(): void {
  const [user, group] = idsOf("postgres") ?? idsOf("nobody") ?? [];
  if (user === undefined || group === undefined) throw new Error("There is neither a user postgres nor a user nobody.");
  chownSync(dataDir, user, group);
  process.setgroups?.([]);
  process.setgid?.(group);
  process.setuid?.(user);
}

function idsOf(user: string): number[] | undefined {
  try {
    return ["-u", "-g"].map((which) => Number(execFileSync("id", [which, user], { encoding: "utf8", stdio: "pipe" })));
  } catch {
    return undefined;
  }
}
