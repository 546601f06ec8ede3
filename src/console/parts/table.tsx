import type { Child, PropsWithChildren } from "hono/jsx";

/** `extra` is left out on a phone; `hidden` is there for who cannot see what the column holds. */
export type Column = string | { readonly name: Child; readonly class?: "number" | "extra" | "number extra"; readonly hidden?: boolean };

type TableProps = PropsWithChildren<{
  readonly columns: readonly Column[];
  /** For a table without a link in it: then the box itself takes the focus, to be scrolled with the keyboard. */
  readonly label?: string;
}>;

/** Rows under their heads, in a box that scrolls sideways by itself where there is no room. */
export function Table({ columns, label, children }: TableProps) {
  const table = (
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <Head column={column} />
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
  if (label === undefined) return <div class="wide">{table}</div>;
  return (
    <section class="wide" aria-label={label} tabindex={0}>
      {table}
    </section>
  );
}

function Head({ column }: { column: Column }) {
  if (typeof column === "string") return <th scope="col">{column}</th>;
  return (
    <th scope="col" class={column.class}>
      {column.hidden ? <span class="hidden">{column.name}</span> : column.name}
    </th>
  );
}
