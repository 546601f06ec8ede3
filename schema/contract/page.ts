export interface PageQuery {
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
  /** Rows a page: 1 to 200, by default 50. */
  readonly limit?: number | undefined;
  /** From the page before, with the same filters. Sealed by the hub: any other is refused, as is one of another version (`cursor.invalid`). */
  readonly cursor?: string | undefined;
}

/**
 * A page, newest first (ongoing dispatches: by destination, of each those first that the hub looks at next; events by key: in the order of
 * sources). It may be short, even empty, and still have a cursor: a call reads a bounded number of rows, and at most 4 MiB of data, of one event at
 * least. The list has ended when there is no cursor.
 */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string;
}
