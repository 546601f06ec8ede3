import { originalIdOf, redriveNumberOf } from "../../../schema/ids.ts";
import { PAGES, pathOf } from "../pages.ts";

/* Addresses of what has an id or a name: it is encoded there and nowhere else. */

export const eventPath = (id: string) => pathOf("event", id);
export const dispatchPath = (id: string) => pathOf("dispatch", id);
export const bulkPath = (id: string) => pathOf("bulk", id);
export const destinationPath = (name: string) => `${PAGES.destinations.path}/${encodeURIComponent(name)}`;

/** Where a destination stands among the others. */
export const placeOfDestination = (name: string) => `#${encodeURIComponent(name)}`;

/** A path with those of the parameters that were given. */
export function withQuery(path: string, parameters: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one])),
  ).toString();
  return query === "" ? path : `${path}?${query}`;
}

/** The end of an id, which tells it from others, with all of it on hover: it begins with the time. Of a redrive: which one it is. */
export function Id({ id, href }: { id: string; href: string }) {
  const nth = redriveNumberOf(id);
  const told = nth === 0 ? id : `${originalIdOf(id)}-r${nth}`;
  return (
    <a class="id" href={href} title={id}>
      <code>…{told.slice(-12)}</code>
    </a>
  );
}
