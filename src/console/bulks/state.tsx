import type { BulkView } from "../../../schema/contract/bulks.ts";

/** A badge that says how far a bulk operation is. */
export function State({ state }: { state: BulkView["state"] }) {
  switch (state) {
    case "running":
      return <span class="badge busy">● running</span>;
    case "finished":
      return <span class="badge good">✓ finished</span>;
    case "stopped":
      return <span class="badge quiet">⊘ stopped</span>;
    default:
      return state satisfies never;
  }
}
