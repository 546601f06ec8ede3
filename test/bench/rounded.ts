/** The same with its numbers cut to four digits: more of them say nothing. */
export function rounded<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === "number" ? Number(part.toPrecision(4)) : part))) as Value;
}
