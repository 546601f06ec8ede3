import { join, resolve } from "node:path";
import { freePort, HOST } from "../../../../tools/local/free-port.ts";
import type { StartContender } from "../contender.ts";
import { binaryFromNpm } from "../servers/binary.ts";
import { startServer } from "../servers/start-server.ts";

/** A Restate with the handlers of the benchmark. */
export interface Servers extends AsyncDisposable {
  /** Accepts an order. */
  readonly ingress: string;
  /** Invocations that are not completed, as its tables have it. */
  readonly uncompleted: () => Promise<number>;
  /** How often the destination has been called. */
  readonly handled: () => Promise<number>;
  /** The waits of all that has been handled since this was last asked. */
  readonly drain: () => Promise<readonly number[]>;
  /** Of the server, and of the process of its handlers. */
  readonly pids: readonly number[];
}

/**
 * Starts a server with its defaults, and handlers beside it. The server is under the Business Source License 1.1: it is run here to be
 * measured, and nothing of it is shipped. Throws in words when it cannot be started.
 */
export async function startServers({ stateDir, signal, say }: StartContender): Promise<Servers> {
  const binary = await binaryFromNpm({ packages: "@restatedev/restate-server-", file: "bin/restate-server", say });
  const [ingress, admin, node, handler, sink] = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()]);
  await using started = new AsyncDisposableStack();
  const server = started.use(
    await startServer({
      name: "Restate",
      command: [join(SERVERS, "exec.ts"), binary, "--base-dir", join(resolve(stateDir), "restate")],
      env: { ...SETTINGS, RESTATE_INGRESS__BIND_PORT: `${ingress}`, RESTATE_ADMIN__BIND_PORT: `${admin}`, RESTATE_BIND_PORT: `${node}` },
      ready: () => Promise.all([answers(ingress, "restate/health"), answers(admin, "health")]),
      signal,
    }),
  );
  const handlers = started.use(
    await startServer({
      name: "The process of Restate's handlers",
      command: [join(import.meta.dirname, "handler", "main.ts"), `${handler}`, `${sink}`],
      env: { RESTATE_LOGGING: "ERROR" },
      ready: () => answers(sink, "handled"),
      signal,
    }),
  );
  await answers(admin, "deployments", { uri: urlOf(handler) });
  const running = started.move();
  return {
    ingress: urlOf(ingress, "Orders/accept/send"),
    uncompleted: async () => (await ask<{ rows: [{ n: number }] }>(admin, "query", { query: COUNT_UNCOMPLETED })).rows[0].n,
    handled: () => ask<number>(sink, "handled"),
    drain: () => ask<number[]>(sink, "waits"),
    pids: [server.pid, handlers.pid],
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const SERVERS = join(import.meta.dirname, "..", "servers");
const ANSWER_MS = 60_000;

/** On this machine only, without reports to anybody or words about each invocation; all else is as it comes. */
const SETTINGS = {
  RESTATE_LISTEN_MODE: "tcp",
  RESTATE_BIND_IP: HOST,
  RESTATE_ADVERTISED_HOST: HOST,
  RESTATE_DISABLE_TELEMETRY: "true",
  RESTATE_LOG_FILTER: "warn",
  RESTATE_LOG_FORMAT: "compact",
};

/** What is completed is kept for a day. */
const COUNT_UNCOMPLETED = "SELECT count(*) AS n FROM sys_invocation_status WHERE status <> 'completed'";

const urlOf = (port: number, path = "") => `http://${HOST}:${port}/${path}`;

async function ask<Answer>(...asked: Parameters<typeof answers>): Promise<Answer> {
  return JSON.parse(await answers(...asked)) as Answer;
}

/** Throws when it does not answer well. */
async function answers(port: number, path: string, body?: unknown): Promise<string> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(urlOf(port, path), { ...init, headers, signal: AbortSignal.timeout(ANSWER_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return text;
}
