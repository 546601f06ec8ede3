import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EmitInput, EmitReceipt } from "../../schema/contract/emit.ts";
import { FAULTS, faultCode } from "../../schema/faults.ts";
import type { Json } from "../../schema/json.ts";
import { messageOf } from "../../schema/message-of.ts";
import { anyJson, anyValue } from "../laws/hostile-values.ts";
import { look, replying } from "./support/attempts.ts";
import { hub, storedDispatch, unique } from "./support/hub.ts";
import { dispatchRow, eventsCausedBy, executionsOf, rows } from "./support/rows.ts";
import { searched, UNSENT } from "./support/searched.ts";

/** What `test/laws/any-value.test.ts` finds in this process, over real RPC and on real D1: what RPC makes of a value is what arrives. */
const { seed: SEED, runs } = searched({ usually: 1_000 });

const type = unique("unrouted.");
const field = fc.constantFrom("type", "data", "source", "subject", "time", "key", "delay", "at", "extensions", "causedBy", "surplus");
const good = fc.record({ type: fc.constant(type), data: anyJson });
const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant(type), data: anyValue }) },
  { weight: 1, arbitrary: fc.tuple(good, field, anyValue).map(([one, name, value]) => ({ ...one, [name]: value })) },
  { weight: 1, arbitrary: good },
  anyValue,
);
const input = fc.oneof({ weight: 2, arbitrary: event }, { weight: 1, arbitrary: fc.array(event, { minLength: 1, maxLength: 3 }) });

/** As JSON text keeps it, and `undefined` for what says something else when it is read again. */
function written(value: unknown): Json | undefined {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as Json);
}

async function count(): Promise<number> {
  return (await rows("SELECT 1 FROM events WHERE type = ?", type)).length;
}

async function sent(given: unknown) {
  try {
    return { became: "stored", receipts: await hub.emit(given as EmitInput) } as const;
  } catch (error) {
    const code = faultCode(error);
    if (code === undefined) expect(messageOf(error)).toMatch(UNSENT);
    else expect(Object.keys(FAULTS)).toContain(code);
    return { became: code === undefined ? "unsent" : "refused" } as const;
  }
}

async function judge(given: unknown, receipts: readonly EmitReceipt[]): Promise<void> {
  const inputs = (Array.isArray(given) ? given : [given]) as readonly EmitInput[];
  expect(receipts.length).toBe(inputs.length);
  for (const [index, { id }] of receipts.entries()) {
    const data = inputs[index]?.data;
    const read = await hub.getEvent(id);
    if (isSteady(data)) expect(JSON.stringify(read?.data)).toBe(JSON.stringify(written(data)));
  }
}

/** Whether it says the same each time it is read, and the same as over RPC, which asks no `toJSON`. */
function isSteady(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (typeof (value as { readonly toJSON?: unknown }).toJSON === "function") return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(({ get, value: member }) => get === undefined && isSteady(member));
}

describe(`over RPC, whatever it is given (seed ${SEED})`, () => {
  it("emit stores what is read back over RPC as it was sent, or refuses all of it with a code", {
    timeout: 120_000 + runs * 50,
  }, async () => {
    await hub.health();
    const seen = { stored: 0, refused: 0, unsent: 0 };
    await fc.assert(
      fc.asyncProperty(input, async (given) => {
        const before = await count();
        const result = await sent(given);
        seen[result.became] += 1;
        if (result.became !== "stored") expect(await count(), "nothing is half stored").toBe(before);
        else await judge(given, result.receipts);
      }),
      { numRuns: runs, seed: SEED },
    );
    expect(seen.stored).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(50);
    await hub.emit({ type, data: "well" });
  });

  it("a reply is recorded once, and its events are stored or not at all", { timeout: 120_000 + runs * 50 }, async () => {
    const scripted = env.SCRIPTED as unknown as { echo(value: unknown): Promise<unknown> };
    const reply = fc.oneof(
      anyValue,
      fc.tuple(fc.constantFrom("complete", "ignored"), fc.array(event, { maxLength: 2 })).map(([status, emit]) => ({ status, emit })),
      anyValue.map((emit) => ({ status: "complete", emit })),
      fc
        .tuple(anyValue, anyValue, anyValue)
        .map(([reason, retryAfter, retryable]) => ({ status: "failed", reason, retryAfter, retryable })),
    );
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(reply, async (said) => {
        const id = await storedDispatch({ type: "once.any", data: 1 });
        let calls = 0;
        await look(
          id,
          replying(async () => {
            calls += 1;
            return await scripted.echo(said);
          }),
        );
        expect([calls, (await executionsOf(id)).length]).toEqual([1, 1]);
        const [{ outcome } = { outcome: "" }] = await executionsOf(id);
        if (outcome === "failed") expect(await eventsCausedBy(id)).toEqual([]);
        expect(["ongoing", outcome]).toContain((await dispatchRow(id)).status);
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      }),
      { numRuns: Math.ceil(runs * 0.4), seed: SEED },
    );
    expect(seen.get("failed")).toBeGreaterThan(20);
    expect(seen.get("complete")).toBeGreaterThan(5);
  });
});
