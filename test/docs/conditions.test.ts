import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { type Condition, OPERATORS } from "../../schema/config/condition.ts";
import { parseConfig } from "../../schema/config/config.ts";
import type { Json } from "../../schema/json.ts";
import { compileCondition } from "../../src/domain/routing/condition.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/conditions.md"), "utf8");

interface Example {
  readonly written: string;
  readonly yes: readonly Json[];
  readonly no: readonly Json[];
}

const examples = Array.from(text.matchAll(/```js\n(.*?)```/gs), ([, block = ""]) => block.trim().split("\n\n"))
  .flat()
  .map((example): Example => {
    const lines = example.split("\n");
    const after = (mark: string) =>
      lines.flatMap((line) => (line.startsWith(mark) ? (evaluated(`[${line.slice(mark.length)}]`) as Json[]) : []));
    return { written: lines.filter((line) => !line.startsWith("//")).join("\n"), yes: after("// yes:"), no: after("// no:") };
  });

/** By way of JSON, so that its objects are of this realm. */
function evaluated(code: string): unknown {
  return JSON.parse(runInNewContext(`JSON.stringify(${code})`) as string);
}

describe("an example of docs/conditions.md", () => {
  test.each(examples)("is taken and does what is said: $written", ({ written, yes, no }) => {
    const where = evaluated(written) as Condition;
    const parsed = parseConfig({ destinations: { email: { worker: "EMAIL" } }, routes: [{ id: "one", on: "*", where, to: "email" }] });
    expect(parsed).toMatchObject({ ok: true });
    const compiled = compileCondition(where);
    for (const data of yes) expect([data, compiled.holds({ data })]).toEqual([data, true]);
    for (const data of no) expect([data, compiled.holds({ data })]).toEqual([data, false]);
    expect(Math.min(yes.length, no.length)).toBeGreaterThan(0);
  });

  test("is there for each operator", () => {
    const used = examples.map(({ written }) => written).join("\n");
    expect(OPERATORS.filter((operator) => !used.includes(` ${operator}: `))).toEqual([]);
  });
});
