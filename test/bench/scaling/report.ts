import { drawn } from "../grid.ts";
import type { Table } from "./table.ts";

/** A table for a terminal. */
export function terminalTable({ title, ...grid }: Table): string {
  return `${title}\n${drawn(grid)}`;
}
