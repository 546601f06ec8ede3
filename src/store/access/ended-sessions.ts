import { withStorage } from "../d1/storage.ts";

const FORGET = "DELETE FROM ended_sessions WHERE until <= ?1";

const END = "INSERT INTO ended_sessions (id, until) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

/** Ends a session of the console before its time, and forgets those whose time is over. */
export async function endSession(d1: D1Database, { id, until, now }: { id: string; until: number; now: number }): Promise<void> {
  await withStorage(d1, () => d1.batch([d1.prepare(FORGET).bind(now), d1.prepare(END).bind(id, until)]));
}

/** True for a session that somebody has signed out of. Reads its row or none. */
export async function isSessionEnded(d1: D1Database, id: string): Promise<boolean> {
  const select = d1.prepare("SELECT 1 FROM ended_sessions WHERE id = ?1").bind(id);
  return (await withStorage(d1, () => select.first())) !== null;
}
