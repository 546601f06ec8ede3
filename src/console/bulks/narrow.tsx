import type { BulkFilter, BulkKind } from "../../../schema/contract/bulks.ts";
import { PAGES } from "../pages.ts";
import { Field } from "../parts/fields.tsx";

/** Narrows what a bulk operation concerns by what events say, and looks at it again. What was asked for otherwise stays. */
export function Narrow({ kind, filter }: { kind: BulkKind; filter: BulkFilter }) {
  const { ids = [], type, subject, ...rest } = filter;
  return (
    <form class="filters" action={PAGES.newBulk.path} aria-label="Narrow it down">
      <input type="hidden" name="kind" value={kind} />
      {Object.entries(rest).map(([name, value]) => value !== undefined && <input type="hidden" name={name} value={String(value)} />)}
      {ids.map((id) => (
        <input type="hidden" name="ids" value={id} />
      ))}
      <Field name="type" label="Type of the event" value={type} placeholder="order.*" />
      <Field name="subject" label="Its subject" value={subject} placeholder="1042" />
      <button type="submit">Look again</button>
    </form>
  );
}
