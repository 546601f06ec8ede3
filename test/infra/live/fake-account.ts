import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { text } from "node:stream/consumers";
import { verify } from "@octokit/webhooks-methods";

export const TOKEN = "the-api-token";
const MIGRATIONS = join(import.meta.dirname, "../../../schema/storage/migrations");
const DUE_AT = Date.parse("2026-11-21T10:00:00Z");
const DESTINATIONS = ["audit", "digest"];

export interface FakeAccount extends AsyncDisposable {
  readonly origin: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** As much of Cloudflare's API and of the deployed producer as a live run asks, in one server. `settledAs` is how its dispatches end. */
export async function startAccount({ folder, settledAs }: { readonly folder: string; readonly settledAs: string }): Promise<FakeAccount> {
  const database = hubDatabase();
  let deliveries = 0;
  const server = createServer(async (request, response) => {
    const place = `${request.method} ${request.url}`;
    appendFileSync(join(folder, "log"), `${place}\n`);
    const sent = await text(request);
    const ofApi = () => answerOf(() => (request.headers.authorization === `Bearer ${TOKEN}` ? resultOf(place, sent, database) : undefined));
    // A new address is not known everywhere at once.
    const ofProducer = async () => (deliveries++ === 0 ? { status: 404, body: {} } : await deliver(request, sent, folder));
    const { status, body } = place.includes("/workers.dev/") ? await ofProducer() : ofApi();
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (place.endsWith("/query")) settle(database, settledAs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      database.close();
    },
  };
}

/** As the API wraps it. What is not understood is refused. */
function answerOf(read: () => unknown): Answer {
  try {
    const result = read();
    if (result !== undefined) return { status: 200, body: { success: true, errors: [], messages: [], result } };
    return { status: 403, body: { success: false, errors: [{ message: "not allowed" }] } };
  } catch (error) {
    return { status: 400, body: { success: false, errors: [{ message: String(error) }] } };
  }
}

async function deliver(request: IncomingMessage, body: string, folder: string): Promise<Answer> {
  const signed = await verify(readFileSync(join(folder, "secret"), "utf8"), body, `${request.headers["x-hub-signature-256"]}`);
  if (!signed) return { status: 401, body: {} };
  const dueAt = new Date(DUE_AT).toISOString();
  const dispatches = DESTINATIONS.map((destination) => ({ id: `event-${destination}`, destination, dueAt }));
  return { status: 202, body: { id: "event", duplicate: false, durability: "stored", dispatches } };
}

function resultOf(place: string, sent: string, database: DatabaseSync): unknown {
  switch (place) {
    case "GET /accounts/account/workers/subdomain":
      return { subdomain: "somebody" };
    case "GET /accounts/account/d1/database?name=github-live":
      return ["github-live-older", "github-live"].map((name) => ({ name, uuid: `id-of-${name}` }));
    case "POST /accounts/account/d1/database/id-of-github-live/query": {
      const { sql, params } = JSON.parse(sent) as { sql: string; params: SQLInputValue[] };
      return [{ success: true, results: database.prepare(sql).all(...params) }];
    }
    default:
      return undefined;
  }
}

/** With the tables of a hub, the dispatches of the delivery and one of another event. */
function hubDatabase(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  const files = readdirSync(MIGRATIONS).filter((name) => name.endsWith(".sql"));
  for (const file of files.sort()) database.exec(readFileSync(join(MIGRATIONS, file), "utf8"));
  const insert = database.prepare(
    "INSERT INTO dispatches (id, event_id, route, destination, policy, due_at) VALUES (?, ?, 'route', ?, '{}', ?)",
  );
  for (const destination of DESTINATIONS) insert.run(`event-${destination}`, "event", destination, DUE_AT);
  insert.run("other-checks", "other", "checks", DUE_AT);
  return database;
}

function settle(database: DatabaseSync, status: string): void {
  database.prepare("UPDATE dispatches SET status = ?, settled_at = ? WHERE event_id = 'event'").run(status, DUE_AT + 10);
}
