/** Addresses of the console: every id and name is encoded here and nowhere else. */

export const eventPath = (id: string) => `/events/${encodeURIComponent(id)}`;
export const dispatchPath = (id: string) => `/dispatches/${encodeURIComponent(id)}`;
export const bulkPath = (id: string) => `/bulks/${encodeURIComponent(id)}`;
export const destinationPath = (name: string) => `/destinations/${encodeURIComponent(name)}`;

/** Where a destination stands among the others. */
export const placeOfDestination = (name: string) => `#${encodeURIComponent(name)}`;

/** A path with those of the parameters that were given. */
export function withQuery(path: string, parameters: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one])),
  ).toString();
  return query === "" ? path : `${path}?${query}`;
}

/** The end of an id, which tells it from others, with all of it on hover: it begins with the time. */
export function Id({ id, href }: { id: string; href: string }) {
  return (
    <a class="id" href={href} title={id}>
      <code>…{id.slice(-12)}</code>
    </a>
  );
}
