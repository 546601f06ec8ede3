import { describe, expect, test } from "vitest";
import { BINDINGS, COMPATIBILITY, RUNTIME_FLAGS, WORKFLOWS } from "../../../../schema/deployment.ts";
import {
  bindingProblems,
  destinationProblem,
  destinationProblems,
  requireBound,
  runtimeProblems,
} from "../../../../src/domain/deployment/binding-problems.ts";
import { hubConfig } from "../../../../tools/hub-config.ts";

const method = () => undefined;
const whole = {
  DB: { prepare: method },
  DISPATCH_QUEUE: { sendBatch: method },
  DISPATCH_WORKFLOW: { createBatch: method },
  BULK_WORKFLOW: { createBatch: method },
};

/** A service binding whose calls are RPC: it seems to have every method. */
const stub = new Proxy({}, { get: () => method });

describe("the hub's own bindings", () => {
  test("are the ones that its configuration binds", () => {
    const { d1_databases, queues, workflows } = hubConfig({ name: "hub", destinations: {}, routes: [] });
    const bound = [...d1_databases, ...queues.producers, ...workflows].map(({ binding }) => binding);
    expect(bound.toSorted()).toEqual(Object.keys(BINDINGS).toSorted());
    expect(Object.values(WORKFLOWS).every(({ binding }) => BINDINGS[binding] === "workflow")).toBe(true);
  });

  test("are no problem where they are all there", () => {
    expect(bindingProblems(whole)).toEqual([]);
  });

  test.each(Object.keys(BINDINGS))("%s is named where it is missing, is nothing, or is something else, with how to bind it", (name) => {
    for (const [bound, said] of [
      [undefined, "has no"],
      [null, "has no"],
      [{}, "is not a"],
      ["text", "is not a"],
      [42, "is not a"],
    ] as const) {
      const [problem, ...others] = bindingProblems({ ...whole, [name]: bound });
      expect(others).toEqual([]);
      expect(problem).toMatchObject({
        code: "binding.missing",
        cause: expect.stringContaining(said),
        cure: expect.stringContaining(`binding = "${name}"`),
      });
      expect(problem?.cause).toContain(`"${name}"`);
    }
    expect(bindingProblems({ ...whole, [name]: undefined, OTHER: whole[name as keyof typeof whole], SERVICE: stub })).toMatchObject([
      { cause: expect.stringMatching(/, only as "OTHER"$/) },
    ]);
  });

  test("are there for whoever calls on them, or are named", () => {
    expect(requireBound(whole.DISPATCH_QUEUE, "DISPATCH_QUEUE")).toBe(whole.DISPATCH_QUEUE);
    expect(() => requireBound(undefined, "BULK_WORKFLOW")).toThrow('the hub has no workflow bound as "BULK_WORKFLOW"');
  });
});

describe("a destination's binding", () => {
  const found = (bound: unknown) => destinationProblem({ BILLING: bound, BILLINGS: { fetch: method } }, "billing", { worker: "BILLING" });

  test("is no problem where it can be called", () => {
    expect([found(stub), found({ handle: method })]).toEqual([undefined, undefined]);
  });

  test.each<[bound: unknown, code: string, cause: string]>([
    [undefined, "destination.unbound", 'the hub has no service binding "BILLING" for destination "billing"; did you mean "BILLINGS"?'],
    [{ prepare: method }, "destination.unbound", 'the hub\'s binding "BILLING" for destination "billing" is not a service binding'],
    ["https://billing", "destination.unbound", 'the hub\'s binding "BILLING" for destination "billing" is not a service binding'],
    [
      { fetch: method },
      "runtime.old",
      'the hub cannot call its service binding "BILLING" for destination "billing", since its compatibility date leaves RPC off',
    ],
  ])("that is %j is %s", (bound, code, cause) => {
    expect(found(bound)).toEqual({
      code,
      cause,
      cure: expect.stringContaining(code === "runtime.old" ? COMPATIBILITY.date : 'binding = "BILLING"'),
    });
  });

  test("is the runtime's problem, and no destination's, where RPC is off", () => {
    const destinations = { billing: { worker: "BILLING" }, email: { worker: "EMAIL" } };
    expect(destinationProblems({ BILLING: { fetch: method } }, destinations).map(({ cause }) => cause)).toEqual([
      expect.stringContaining('no service binding "EMAIL"'),
    ]);
  });
});

describe("the runtime", () => {
  const all = Object.fromEntries(Object.keys(RUNTIME_FLAGS).map((flag) => [flag, true]));

  test("is no problem where it has what the hub calls for, or does not say", () => {
    expect([runtimeProblems(all), runtimeProblems({ ...all, other: false }), runtimeProblems(undefined)]).toEqual([[], [], []]);
  });

  test.each(Object.entries(RUNTIME_FLAGS))("is told to be given a date of today where it leaves %s off, as before %s", (flag, date) => {
    expect(COMPATIBILITY.date > date).toBe(true);
    expect(runtimeProblems({ ...all, [flag]: false })).toEqual([
      {
        code: "runtime.old",
        cause: `the hub's compatibility date is before ${date}, or its flags leave ${flag} off`,
        cure: expect.stringContaining(`compatibility_date = "${COMPATIBILITY.date}"`),
      },
    ]);
  });

  test("is too old itself where it does not know a flag, as wrangler 3's does not", () => {
    const { enable_ctx_exports: _, ...older } = all;
    expect(runtimeProblems(older)).toEqual([
      {
        code: "runtime.old",
        cause: expect.stringContaining("does not know enable_ctx_exports, as that of wrangler 3"),
        cure: expect.stringContaining("wrangler 4"),
      },
    ]);
  });
});
