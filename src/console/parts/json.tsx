import type { Child } from "hono/jsx";
import type { Json } from "../../../schema/json.ts";
import { isAttributeText } from "../../../schema/text.ts";
import { count } from "./when.tsx";

/** So much of a value is shown: a browser chokes on a hundred thousand elements. The rest is in the raw data. */
const MOST_VALUES = 1_000;
const LONGEST_TEXT = 2_000;
/** Open without being asked, unless they have many members. */
const OPEN_LEVELS = 2;
const OPEN_MEMBERS = 20;

/** JSON as text, never as anything else; objects and lists fold. */
export function JsonView({ value }: { value: Json }) {
  return <div class="json">{shown(value, undefined, { left: MOST_VALUES }, 0)}</div>;
}

/** Counts down what may still be shown, in the order in which it is read. */
interface Budget {
  left: number;
}

function shown(value: Json, name: string | undefined, budget: Budget, level: number) {
  if (value === null || typeof value !== "object") return named(name, <Scalar value={value} />);
  const members = Array.isArray(value) ? value.map((one, index) => [String(index), one] as const) : Object.entries(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (members.length === 0) return named(name, <span class="mark">{`${open}${close}`}</span>);
  const some = members.slice(0, Math.max(0, budget.left));
  budget.left -= some.length;
  const size = (
    <>
      <span class="mark">{open}</span> <span class="soft">{count(members.length)}</span> <span class="mark">{close}</span>
    </>
  );
  return (
    <details open={level < OPEN_LEVELS && members.length <= OPEN_MEMBERS}>
      <summary>{named(name, size)}</summary>
      <ul>
        {some.map(([key, member]) => (
          <li>{shown(member, key, budget, level + 1)}</li>
        ))}
        {some.length < members.length && <li class="soft">{count(members.length - some.length)} more, in the raw data</li>}
      </ul>
    </details>
  );
}

function named(name: string | undefined, what: Child) {
  if (name === undefined) return what;
  return (
    <>
      <bdi class="key">{isAttributeText(name) ? name : JSON.stringify(name)}</bdi>: {what}
    </>
  );
}

function Scalar({ value }: { value: string | number | boolean | null }) {
  if (typeof value !== "string") return <span class={value === null ? "mark" : typeof value}>{String(value)}</span>;
  const cut = value.length > LONGEST_TEXT;
  return (
    <span class="string">
      <bdi>{JSON.stringify(cut ? value.slice(0, LONGEST_TEXT) : value)}</bdi>
      {cut && <span class="soft"> {count(value.length)} characters, in the raw data</span>}
    </span>
  );
}
