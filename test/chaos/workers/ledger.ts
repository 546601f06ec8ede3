import type { Delivery, HandleReply, HubEvent } from "flowhub";

const TABLE = `
  CREATE TABLE IF NOT EXISTS calls (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, dispatch_id TEXT NOT NULL, event_id TEXT NOT NULL, destination TEXT NOT NULL,
    attempt INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, reply TEXT
  )`;

const BEGIN = `
  INSERT INTO calls (id, dispatch_id, event_id, destination, attempt, started_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
  ON CONFLICT (id) DO NOTHING`;

const END = "UPDATE calls SET ended_at = ?2, reply = ?3 WHERE id = ?1";

const PAGE = `
  SELECT seq, id, dispatch_id AS dispatchId, event_id AS eventId, destination, attempt, started_at AS startedAt, ended_at AS endedAt, reply
  FROM calls WHERE seq > ?1 ORDER BY seq LIMIT 2000`;

export async function prepareLedger(ledger: D1Database): Promise<void> {
  await ledger.prepare(TABLE).run();
}

export async function ledgerPage(ledger: D1Database, after: number): Promise<string> {
  const { results } = await ledger.prepare(PAGE).bind(after).all();
  return JSON.stringify(results);
}

const LONGEST_ERROR = 200;

/** Writes down that a call came before anything is done about it, and how it ended after. */
export async function onLedger(
  ledger: D1Database,
  { event, delivery }: { event: HubEvent; delivery: Delivery },
  answer: () => HandleReply | Promise<HandleReply>,
  textOf: (reply: HandleReply) => string = (reply) => (typeof reply === "string" ? reply : JSON.stringify(reply)),
): Promise<HandleReply> {
  const id = crypto.randomUUID();
  const { dispatchId, destination, attempt } = delivery;
  const begin = ledger.prepare(BEGIN).bind(id, dispatchId, event.id, destination, attempt, Date.now());
  await begin.run();
  const end = (reply: string) => ledger.prepare(END).bind(id, Date.now(), reply).run();
  try {
    const reply = await answer();
    await end(textOf(reply));
    return reply;
  } catch (error) {
    await end(`throws ${String(error).slice(0, LONGEST_ERROR)}`);
    throw error;
  }
}
