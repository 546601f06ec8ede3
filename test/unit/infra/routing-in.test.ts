import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { routingIn } from "../../../infra/route-preview.ts";
import { configOf } from "../support/routing.ts";

const config = configOf({
  destinations: { email: { worker: "DEST_EMAIL" }, audit: { worker: "DEST_AUDIT" }, constructor: { worker: "DEST_CONSTRUCTOR" } },
  routes: [{ id: "all", on: "*", to: { destination: "email", delay: "0s", retry: { limit: 0 } } }],
});

describe("the routing in the inputs of a hub", () => {
  test("is the configuration, and who each destination is", () => {
    const workers = { email: { worker: "email-dev", entrypoint: "Email" }, audit: { worker: "audit-dev" }, constructor: {} };
    expect(routingIn({ names: {}, routing: config, workers })).toEqual({
      config,
      workers: { email: "email-dev (Email)", audit: "audit-dev", constructor: "not bound" },
    });
  });

  test("has a destination that is not bound, or that is not said", () => {
    expect(routingIn({ routing: config, workers: { email: {} } })?.workers).toEqual({
      email: "not bound",
      audit: "not bound",
      constructor: "not bound",
    });
    expect(routingIn({ routing: config })?.workers["email"]).toBe("not bound");
  });

  test("never has the value of an Output", () => {
    const hidden = pulumi.secret("hidden");
    expect(routingIn({ routing: config, workers: hidden })?.workers["email"]).toBe("a Worker that is secret");
    expect(routingIn({ routing: config, workers: { email: { worker: hidden, entrypoint: "Email" } } })?.workers["email"]).toBe(
      "a Worker not known yet (Email)",
    );
  });

  test("is read from a state that says what is refused today, so that a preview does not take all for new", () => {
    const old = {
      ...config,
      routes: [{ id: "all", on: "*", where: { path: "$.a", gt: 5, lt: 1 }, to: [{ destination: "email", retry: { delay: "6 hours" } }] }],
    };
    expect(routingIn({ routing: old })?.config).toEqual(old);
  });

  test.each<[what: string, inputs: Record<string, unknown> | undefined]>([
    ["no inputs", undefined],
    ["no routing", {}],
    ["routing that is none", { routing: { routes: [] } }],
    ["routing of a version that wrote it otherwise", { routing: { ...config, version: 2 } }],
    ["routing that is an Output", { routing: pulumi.output(config) }],
  ])("is absent where there is %s", (_, inputs) => {
    expect(routingIn(inputs)).toBeUndefined();
  });
});

test("a preview tells when a destination is paused by itself", () => {
  const routing = { destinations: { email: { worker: "DEST_EMAIL", autoPause: { after: 10 } } }, routes: [] };
  expect(routingIn({ routing, workers: { email: { worker: "email-dev" } } })?.workers).toEqual({
    email: "email-dev, paused after 10 failures, tried each 1 minute",
  });
});
