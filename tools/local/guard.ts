/**
 * Runs a command in a process group of its own and ends the whole group when whoever started it is gone, however that came about.
 * Started detached with an IPC channel, `node guard.ts <script> <arguments>`: closing the channel is the order to stop.
 */
import { execFile, spawn } from "node:child_process";

/** How long the command may tidy up after SIGTERM. */
const GRACE_MS = 4_000;

/** Children of the starter that would outlive it: `{ pid, name }`, sent over the channel. */
const strays: { readonly pid: number; readonly name: string }[] = [];

const command = spawn(process.execPath, process.argv.slice(2), { stdio: ["ignore", "pipe", "pipe"] });
command.stdout.pipe(process.stdout);
command.stderr.pipe(process.stderr);

// Nobody reads any more when the starter is gone; that must not end the guard before the group.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);

// "close", not "exit": children of the command hold its pipes while they tidy up.
command.on("close", killGroup);
process.on("message", (stray: (typeof strays)[number]) => strays.push(stray));
process.on("disconnect", async () => {
  setTimeout(killGroup, GRACE_MS);
  await Promise.all(strays.map(killStray));
  process.kill(0, "SIGTERM");
});

/** A process id of 0 means the own group, this process included. */
function killGroup(): void {
  process.kill(0, "SIGKILL");
}

/** Asks for the name first: the id may belong to another process by now. */
async function killStray({ pid, name }: (typeof strays)[number]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile("ps", ["-o", "comm=", "-p", String(pid)], (_error, stdout) => resolve(stdout));
  if ((await promise).includes(name)) process.kill(pid, "SIGKILL");
}
