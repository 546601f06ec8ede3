import { withQuery } from "./links.tsx";

/** Leads on to older rows. A page may be short and still have a cursor: the hub reads a bounded number of rows a page. */
export function Pager({ path, query, cursor, short }: PagerProps) {
  const begun = query["cursor"] !== undefined;
  if (cursor === undefined && !begun) return null;
  return (
    <nav class="pager" aria-label="Pages of this list">
      {begun && <a href={withQuery(path, { ...query, cursor: undefined })}>Newest</a>}
      {cursor === undefined ? (
        <span class="soft">This is the end of the list.</span>
      ) : (
        <a class="button" rel="next" href={withQuery(path, { ...query, cursor })}>
          {short ? "Search further back" : "Older"}
        </a>
      )}
    </nav>
  );
}

interface PagerProps {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly cursor: string | undefined;
  /** Fewer rows than a page holds were found. */
  readonly short: boolean;
}
