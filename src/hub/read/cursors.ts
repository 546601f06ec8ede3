import type { Hub } from "../../bindings/hub.ts";
import { openCursor, type Position, sealCursor } from "../../domain/base/cursor.ts";
import { cursorKey } from "../../store/d1/secrets.ts";
import { homeStore } from "../../store/d1/stores.ts";

/** Opens and seals the cursors of one list. A page without one needs no key. */
interface Cursors {
  /** The position in a cursor that was given. Throws `cursor.invalid`. */
  readonly open: (cursor: string | undefined) => Promise<Position | undefined>;
  /** The cursor of a page, where another follows it. */
  readonly seal: (position: Position | undefined) => Promise<{ readonly cursor?: string }>;
}

export function cursorsOf(hub: Hub, list: Readonly<Record<string, unknown>>): Cursors {
  const key = async () => await cursorKey(homeStore(hub.env), hub.newSecret);
  return {
    open: async (cursor) => (cursor === undefined ? undefined : await openCursor(cursor, list, await key())),
    seal: async (position) => (position === undefined ? {} : { cursor: await sealCursor(position, list, await key()) }),
  };
}
