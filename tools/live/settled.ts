import { setTimeout as sleep } from "node:timers/promises";
import type { EmitReceipt } from "../../schema/contract/emit.ts";
import type { DispatchRow } from "./account.ts";

/** A repair by the sweep, which looks after a minute, fits in twice. */
const LIMIT_MS = 5 * 60_000;
const PAUSE_MS = 2_000;

export interface Waiting {
  readonly receipt: EmitReceipt;
  readonly read: () => Promise<readonly DispatchRow[]>;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Waits until each dispatch of a receipt has settled, and throws unless all completed, none before it was due. */
export async function untilSettled({ receipt, read, say, signal }: Waiting): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  let shown = "";
  for (;;) {
    const rows = await read();
    const text = statusText(receipt, rows);
    if (text !== shown) say(`  … ${text}`);
    shown = text;
    if (receipt.dispatches.every(({ id }) => isSettled(rows, id))) return judge(receipt, rows);
    if (Date.now() > deadline) throw new Error(`not settled after ${LIMIT_MS / 60_000} minutes: ${text}`);
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

function isSettled(rows: readonly DispatchRow[], id: string): boolean {
  return rows.some((row) => row.id === id && row.status !== "ongoing");
}

function statusText({ dispatches }: EmitReceipt, rows: readonly DispatchRow[]): string {
  return dispatches.map(({ id, destination }) => `${destination} ${rows.find((row) => row.id === id)?.status ?? "not stored"}`).join(", ");
}

function judge({ dispatches }: EmitReceipt, rows: readonly DispatchRow[]): void {
  const incomplete = rows.filter(({ status }) => status !== "complete");
  if (incomplete.length > 0) throw new Error(incomplete.map(({ destination, status }) => `${destination} is ${status}`).join(", "));
  const early = dispatches.filter(({ id, dueAt }) => {
    const settledAt = rows.find((row) => row.id === id)?.settledAt ?? 0;
    return settledAt < Date.parse(dueAt);
  });
  if (early.length > 0) throw new Error(`before it was due: ${early.map(({ destination }) => destination).join(", ")}`);
}
