import type { LongChain } from "../../../schema/contract/health.ts";
import type { NoteDetails, NoteKind } from "../../../schema/contract/notes.ts";
import { iso } from "../base/iso.ts";

/** What is noted of a chain. */
interface ChainNote {
  readonly correlationId: string;
  readonly kind: NoteKind;
  readonly at: number;
  readonly detail: string;
}

/** Chains by what was noted of each last; their notes come latest first. */
export function longChains(notes: readonly ChainNote[]): LongChain[] {
  const latest = [...Map.groupBy(notes, ({ correlationId }) => correlationId).values()].flatMap(([note]) => note ?? []);
  return latest.map(({ correlationId, kind, at, detail }) => {
    const { events, limit } = JSON.parse(detail) as NoteDetails["chain_long"];
    return { correlationId, at: iso(at), events, limit, full: kind === "chain_too_long" };
  });
}
