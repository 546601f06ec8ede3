import { withStorage } from "../d1/storage.ts";

const NOTE_SWEEP = `
  INSERT INTO beats (name, at, taken, left) VALUES ('sweep', ?1, ?2, ?3)
  ON CONFLICT (name) DO UPDATE SET at = ?1, taken = ?2, left = ?3`;

/** Says when the last sweep ended and what it did: one row, over and over. */
export async function noteSweep(d1: D1Database, { at, taken, left }: { at: number; taken: number; left: number }): Promise<void> {
  const note = d1.prepare(NOTE_SWEEP).bind(at, taken, left);
  await withStorage(d1, () => note.run());
}
