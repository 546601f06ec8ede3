import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { type ConsoleArgs, EventHub, type HubTransforms } from "flowhub/pulumi";
import { describe, expect, test } from "vitest";
import { settingsOf } from "../../src/console/access/settings.ts";
import { typeErrorsOfBindings } from "./engine/binding-union.ts";
import { checkInputs } from "./engine/check-inputs.ts";
import type { RecordedResource } from "./engine/run.ts";
import { bindingsOf, type Recorded, record, requested } from "./mocks.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const args = { accountId, destinations: { email: { worker: "email-worker" } }, routes: [] };
const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const SECRET = "operators-correct-horse-battery";
const READ_SECRET = "viewers-correct-horse-battery";

const recordConsole = (given: ConsoleArgs | undefined, transform: HubTransforms = {}) =>
  record(() => new EventHub("hub", { ...args, console: given, transform }));
const ownBindings = (recorded: Recorded<unknown>) => bindingsOf(recorded).filter(({ name }) => String(name).startsWith("HUB_CONSOLE"));

/** What ends the program, at once or later. */
async function refusal(given: unknown): Promise<string> {
  const { result, failures } = await record(() => {
    try {
      new EventHub("hub", { ...args, console: given as ConsoleArgs });
      return "";
    } catch (error) {
      return String(error);
    }
  });
  return [result, ...failures].join("\n");
}

/** What the hub makes of its bindings when it starts. */
function settingsRead(recorded: Recorded<unknown>) {
  const entries = ownBindings(recorded).map(({ type, name, json, text }) => [
    String(name),
    type === "json" ? JSON.parse(String(json)) : text,
  ]);
  return settingsOf(Object.fromEntries(entries));
}

describe("the console of a hub", () => {
  test("is closed, and has no address, unless something is said of it", async () => {
    const recorded = await recordConsole(undefined);
    expect(ownBindings(recorded)).toEqual([]);
    expect(recorded.resources.map(({ name }) => name)).not.toContain("hub-domain");
    expect(recorded.result.nodes).not.toHaveProperty("domain");
    expect(settingsRead(recorded)).toEqual({ ok: true, access: undefined, secrets: [] });
  });

  test("is opened by Access, by secrets, or by either, as the hub reads it", async () => {
    const access = { team: "Acme.cloudflareaccess.com", audience: AUDIENCE, operators: ["ada@acme.example"] };
    const recorded = await recordConsole({ access, secret: SECRET, readSecret: pulumi.output(READ_SECRET) });
    const parsed = { access: "cloudflare", team: "acme", audience: [AUDIENCE], operators: ["ada@acme.example"] };
    expect(ownBindings(recorded)).toEqual([
      { type: "json", name: "HUB_CONSOLE", json: expect.any(String) },
      { type: "secret_text", name: "HUB_CONSOLE_READ_SECRET", text: READ_SECRET },
      { type: "secret_text", name: "HUB_CONSOLE_SECRET", text: SECRET },
    ]);
    const secrets = [
      { text: SECRET, role: "operator" },
      { text: READ_SECRET, role: "viewer" },
    ];
    expect(settingsRead(recorded)).toEqual({ ok: true, access: parsed, secrets });
    expect(settingsRead(await recordConsole({ secret: SECRET }))).toMatchObject({ ok: true, access: undefined, secrets: [secrets[0]] });
    expect(settingsRead(await recordConsole({ access }))).toMatchObject({ ok: true, access: parsed, secrets: [] });
  });

  test.each<[given: string, audience: () => NonNullable<ConsoleArgs["access"]>["audience"], audiences: string[]]>([
    ["text", () => AUDIENCE, [AUDIENCE]],
    ["a list", () => [AUDIENCE, "other"], [AUDIENCE, "other"]],
    ["an Output", () => pulumi.output(AUDIENCE), [AUDIENCE]],
    ["a list with an Output", () => ["other", pulumi.output(AUDIENCE)], ["other", AUDIENCE]],
    ["the aud of an application", () => application().aud, ["aud of console"]],
  ])("takes an audience that is %s", async (_, audience, audiences) => {
    const recorded = await record(() => new EventHub("hub", { ...args, console: { access: { team: "acme", audience: audience() } } }));
    expect(settingsRead(recorded)).toMatchObject({ ok: true, access: { audience: audiences } });
    expect(recorded.failures).toEqual([]);
  });

  test("has an address where it is given a host name, after all that the Worker needs", async () => {
    for (const hostname of ["hub.acme.dev", pulumi.output("hub.acme.dev")]) {
      const recorded = await recordConsole({ secret: SECRET, hostname });
      expect(requested(recorded, "hub-domain")).toMatchObject({
        type: "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
        parent: "hub",
        inputs: { accountId, hostname: "hub.acme.dev", service: "hub-dev" },
        deleteBeforeReplace: true,
        dependencies: ["hub-bulk-workflow", "hub-dispatch-workflow", "hub-script"],
      });
      expect(recorded.result.nodes.domain).toBeInstanceOf(cloudflare.WorkersCustomDomain);
    }
  });

  test("has the address that a transform makes of it", async () => {
    const domain: HubTransforms["domain"] = (given) => ({ ...given, zoneId: "zone" });
    const recorded = await recordConsole({ secret: SECRET, hostname: "hub.acme.dev" }, { domain });
    expect(requested(recorded, "hub-domain").inputs).toEqual({ accountId, hostname: "hub.acme.dev", service: "hub-dev", zoneId: "zone" });
    expect((await recordConsole({ secret: SECRET }, { domain })).resources.map(({ name }) => name)).not.toContain("hub-domain");
  });

  test("is deployed in bindings and resources as Cloudflare's API and the provider take them", async () => {
    const access = { team: "acme", audience: [AUDIENCE] };
    const recorded = await recordConsole({ access, secret: SECRET, readSecret: READ_SECRET, hostname: "hub.acme.dev" });
    expect(typeErrorsOfBindings(bindingsOf(recorded))).toEqual([]);
    expect(checkInputs(recorded.resources as unknown as RecordedResource[])).toEqual([]);
    const names = bindingsOf(recorded).map(({ name }) => String(name));
    expect(names).toEqual(names.toSorted());
  });
});

test.each<[given: string, secret: () => pulumi.Input<string>]>([
  ["as plain text", () => SECRET],
  ["as an Output", () => pulumi.output(SECRET)],
  ["as a secret", () => pulumi.secret(SECRET)],
])("a secret of the console is secret, and stands in its binding alone; given %s", async (_, secret) => {
  const recorded = await record(() => new EventHub("hub", { ...args, console: { secret: secret(), hostname: "hub.acme.dev" } }));
  const place = bindingsOf(recorded).findIndex(({ name }) => name === "HUB_CONSOLE_SECRET");
  expect(recorded.resources.flatMap(({ name, secrets }) => secrets.map((path) => `${name} ${path}`))).toEqual([
    `hub-script bindings[${place}].text`,
  ]);
  expect(JSON.stringify([recorded.resources, recorded.outputs]).split(SECRET)).toHaveLength(2);
});

describe("what is only known later is refused then, without the secret:", () => {
  test("a short secret", async () => {
    const said = await refusal({ secret: pulumi.output("too-short") });
    expect(said).toContain("console is not valid:\n  - HUB_CONSOLE_SECRET: must be at least 16 characters long");
    expect(said).not.toContain("too-short");
  });

  test("an audience that is no text", async () => {
    expect(await refusal({ access: { team: "acme", audience: pulumi.output(7) } })).toContain(
      "console.access is not valid:\n  - audience: ",
    );
  });
});

test("a console that is not valid ends the preview before anything is registered, with its place", async () => {
  const { result, resources } = await record(() => {
    try {
      return new EventHub("hub", { ...args, console: { access: { team: "https://acme.dev", audience: AUDIENCE } } });
    } catch (error) {
      return error;
    }
  });
  expect(pulumi.RunError.isInstance(result)).toBe(true);
  expect(String(result)).toContain('EventHub "hub" is not valid:\n  - console.access.team: expected the name of a Cloudflare One team');
  expect(resources).toEqual([]);
});

function application(): cloudflare.ZeroTrustAccessApplication {
  return new cloudflare.ZeroTrustAccessApplication("console", { accountId, type: "self_hosted", domain: "hub.acme.dev" });
}
