import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linkPackages } from "./engine/link-packages.ts";

/** A program whose hub has these arguments beside its account. */
const hubWith = (args: string) => `
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { checkRoutes, type DeliveryOptions, EventHub, type RouteArgs } from "flowhub/pulumi";

const accountId = "account";
const billing = new cloudflare.WorkersScript("billing", { accountId, scriptName: "billing", content: "", mainModule: "billing.js" });
export const hub = new EventHub("hub", { accountId, ${args} });
export const kept = [pulumi, checkRoutes] as const;
export type Kept = [DeliveryOptions, RouteArgs];
`;
const TWO = 'destinations: { email: { worker: "email-worker" }, billing: { worker: billing, entrypoint: "Billing" } }';
const oneRoute = (route: string) => hubWith(`${TWO}, routes: [{ id: "orders", on: "order.*", ${route} }]`);

const GOOD: Readonly<Record<string, string>> = {
  "every kind of destination": hubWith(`
    destinations: {
      named: { worker: "named-worker" },
      known: { worker: pulumi.output("known-worker"), entrypoint: "Known" },
      script: { worker: billing },
      beta: { worker: new cloudflare.Worker("beta", { accountId, name: "beta" }) },
      later: { worker: "later", deployed: false },
    },
    routes: [{ id: "all", on: "*", to: ["named", "known", "script", "beta", { destination: "later" }] }]`),
  "every operator and every option": oneRoute(`
    where: {
      allOf: [
        { path: "$.data.a", exact: null },
        { path: "$.data.b", in: [0, "", false] },
        { anyOf: [{ path: "$.data.c", prefix: "a", suffix: "b", match: "c" }, { path: "$.data.d", gt: 0, gte: 0, lt: 1, lte: 1 }] },
        { anyOf: [{ path: "$.data.f", equalsIgnoreCase: "A", wildcard: "a*" }, { path: "$.data.g", cidr: "10.0.0.0/8" }] },
        { path: "$.data.h", gte: "2026-01-01T00:00:00Z", lt: "2026-01-02T00:00:00.5+01:00", anythingBut: [null, ""] },
        { not: { path: "$.data.e", exists: false } },
      ],
    },
    to: [
      "email",
      {
        destination: "billing",
        delay: "0s",
        timeout: "1.5 minutes",
        retry: { limit: 0, backoff: "linear", delay: "1 second", maxDelay: "2h", jitter: "none" },
        misconfigured: { delay: "1m", maxDelay: "1 hour", for: "0s" },
      },
    ],`),
  "options of the hub":
    hubWith(`${TWO}, routes: [], prefix: "shop", protect: false, locationHint: "weur", defaults: { retry: { limit: 0 } },
    transform: { script: (args) => ({ ...args, logpush: true }) }`),
  "access to the console": hubWith(`${TWO}, routes: [], console: {
      access: { team: "acme", audience: [new cloudflare.ZeroTrustAccessApplication("console", { accountId }).aud, "other"], operators: ["ada@acme.dev"] },
      secret: new pulumi.Config().requireSecret("consoleSecret"),
      readSecret: "viewers-correct-horse-battery",
      hostname: pulumi.output("hub.acme.dev"),
    },
    transform: { domain: (args) => ({ ...args, zoneId: "zone" }) }`).concat(`
    export const domain: cloudflare.WorkersCustomDomain | undefined = hub.nodes.domain;`),
  "destinations that are only known when it runs": hubWith(
    'destinations: Object.fromEntries(["email", "sms"].map((name) => [name, { worker: name }])), routes: [{ id: "all", on: "*", to: "sms" }]',
  ),
  "routes and defaults of another file": hubWith(`${TWO}, routes: routes(), defaults: defaults()`).concat(`
    function defaults(): DeliveryOptions { return { delay: "5 minutes" }; }
    function routes(): readonly RouteArgs<"email" | "billing">[] { return [{ id: "all", on: "*", to: "billing" }]; }`),
  "what other programs need of it": hubWith(`${TWO}, routes: []`).concat(`
    new cloudflare.WorkersScript("shop", { accountId, scriptName: "shop", bindings: [hub.producerBinding("HUB"), hub.adminBinding()] });
    export const name: pulumi.Output<string> = hub.databaseName;
    export const database: cloudflare.D1Database = hub.nodes.database;
    export const delays: number[] = checkRoutes({ destinations: { email: {} }, routes: [{ id: "all", on: "*", to: "email" }] }, [{ type: "a", data: { b: [null] } }])
      .flatMap(({ dispatches }) => dispatches.map(({ delayMs }) => delayMs));`),
};

interface Wrong {
  readonly program: string;
  readonly code: number;
  /** The last line of what the compiler says, where it says what to do. */
  readonly says: string;
}

const DURATION = "is not assignable to type 'Duration | undefined'.";
const ROUTE = `but required in type 'RouteArgs<"billing" | "email">'.`;

const WRONG: Readonly<Record<string, Wrong>> = {
  "another destination": {
    program: oneRoute('to: "emial"'),
    code: 2820,
    says: `Type '"emial"' is not assignable to type '"billing" | "email" | TargetArgs<"billing" | "email"> | readonly ("billing" | "email" | TargetArgs<"billing" | "email">)[]'. Did you mean '"email"'?`,
  },
  "another destination in a target": {
    program: oneRoute('to: { destination: "emial", delay: "1h" }'),
    code: 2322,
    says: `Type '"emial"' is not assignable to type '"billing" | "email" | undefined'. Did you mean '"email"'?`,
  },
  "another destination in a list": {
    program: oneRoute('to: ["email", "biling"]'),
    code: 2820,
    says: `Type '"biling"' is not assignable to type '"billing" | "email" | TargetArgs<"billing" | "email">'. Did you mean '"billing"'?`,
  },
  "another destination in a target in a list": {
    program: oneRoute('to: ["email", { destination: "biling" }]'),
    code: 2820,
    says: `Type '"biling"' is not assignable to type '"billing" | "email"'. Did you mean '"billing"'?`,
  },
  "another destination of routes that are checked": {
    program: hubWith(`${TWO}, routes: []`).concat(`
      checkRoutes({ destinations: { email: {} }, routes: [{ id: "all", on: "*", to: { destination: "emial" } }] }, []);`),
    code: 2322,
    says: `Type '"emial"' is not assignable to type '"email"'.`,
  },
  "a misspelt operator": {
    program: oneRoute('where: { path: "$.data.total", gtee: 1 }, to: "email"'),
    code: 2353,
    says: "Object literal may only specify known properties, and 'gtee' does not exist in type 'Condition'.",
  },
  "a misspelt operator within others": {
    program: oneRoute('where: { not: { anyOf: [{ path: "$.data.total", gtee: 1 }] } }, to: "email"'),
    code: 2353,
    says: "Object literal may only specify known properties, and 'gtee' does not exist in type 'Condition'.",
  },
  "a value that the operator does not take": {
    program: oneRoute('where: { path: "$.data.total", gte: "100" }, to: "email"'),
    code: 2322,
    says: `Type '"100"' is not assignable to type 'Bound | undefined'.`,
  },
  "a malformed duration": {
    program: oneRoute('to: { destination: "email", delay: "15 minuts" }'),
    code: 2322,
    says: `Type '"15 minuts"' ${DURATION}`,
  },
  "a malformed duration in a list": {
    program: oneRoute('to: ["billing", { destination: "email", timeout: "15" }]'),
    code: 2322,
    says: `Type '"15"' ${DURATION}`,
  },
  "a malformed duration of the defaults": {
    program: hubWith(`${TWO}, routes: [], defaults: { delay: "two hours" }`),
    code: 2322,
    says: `Type '"two hours"' ${DURATION}`,
  },
  "a duration in numbers": {
    program: oneRoute('to: { destination: "email", delay: 0 }'),
    code: 2322,
    says: `Type 'number' ${DURATION}`,
  },
  "a duration that is known later": {
    program: oneRoute('to: { destination: "email", delay: pulumi.output("1h") }'),
    code: 2322,
    says: `Type 'Output<string>' ${DURATION}`,
  },
  "a misspelt field of retry": {
    program: oneRoute('to: { destination: "email", retry: { limt: 3 } }'),
    code: 2322,
    says: "Object literal may only specify known properties, but 'limt' does not exist in type 'RetryPolicy'. Did you mean to write 'limit'?",
  },
  "a misspelt field of retry in a list": {
    program: oneRoute('to: [{ destination: "email", retry: { limt: 3 } }]'),
    code: 2561,
    says: "Object literal may only specify known properties, but 'limt' does not exist in type 'RetryPolicy'. Did you mean to write 'limit'?",
  },
  "a misspelt way to back off": {
    program: oneRoute('to: { destination: "email", retry: { backoff: "linaer" } }'),
    code: 2322,
    says: `Type '"linaer"' is not assignable to type '"constant" | "linear" | "exponential" | undefined'. Did you mean '"linear"'?`,
  },
  "a route without to": {
    program: hubWith(`${TWO}, routes: [{ id: "orders", on: "order.*" }]`),
    code: 2741,
    says: `Property 'to' is missing in type '{ id: string; on: string; }' ${ROUTE}`,
  },
  "a route without id": {
    program: hubWith(`${TWO}, routes: [{ on: "order.*", to: "email" }]`),
    code: 2741,
    says: `Property 'id' is missing in type '{ on: string; to: "email"; }' ${ROUTE}`,
  },
  "a misspelt field of a route": {
    program: oneRoute('were: { path: "$.a", exact: 1 }, to: "email"'),
    code: 2561,
    says: `Object literal may only specify known properties, but 'were' does not exist in type 'RouteArgs<"billing" | "email">'. Did you mean to write 'where'?`,
  },
  "a destination without a Worker": {
    program: hubWith('destinations: { email: { entrypoint: "Email" } }, routes: []'),
    code: 2741,
    says: "Property 'worker' is missing in type '{ entrypoint: string; }' but required in type 'WorkerDestination'.",
  },
  "a destination that is another resource": {
    program: hubWith('destinations: { email: { worker: new cloudflare.Queue("q", { accountId, queueName: "q" }) } }, routes: []'),
    code: 2322,
    says: "Type 'Queue' is missing the following properties from type 'WorkersScript': ",
  },
  "a console for everybody": {
    program: hubWith(`${TWO}, routes: [], console: { access: "none" }`),
    code: 2322,
    says: "Type 'string' is not assignable to type 'ConsoleAccess'.",
  },
  "a misspelt field of access to the console": {
    program: hubWith(`${TWO}, routes: [], console: { access: { team: "acme", audience: "a", operator: [] } }`),
    code: 2561,
    says: "Object literal may only specify known properties, but 'operator' does not exist in type 'ConsoleAccess'. Did you mean to write 'operators'?",
  },
  "an unknown field of the hub": {
    program: hubWith(`${TWO}, routes: [], protected: true`),
    code: 2561,
    says: `Object literal may only specify known properties, but 'protected' does not exist in type 'EventHubArgs<{ readonly email: { readonly worker: "email-worker"; }; readonly billing: { readonly worker: WorkersScript; readonly entrypoint: "Billing"; }; }, "billing" | "email">'. Did you mean to write 'protect'?`,
  },
};

const { ModuleKind, ModuleResolutionKind } = ts;
const OPTIONS: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, types: ["node"] };

describe.each<[how: string, options: ts.CompilerOptions]>([
  ["as Pulumi's template does", { module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext }],
  [
    "as its older templates did",
    { module: ModuleKind.CommonJS, moduleResolution: ModuleResolutionKind.Node10, esModuleInterop: true, ignoreDeprecations: "6.0" },
  ],
])("compiled %s,", (_, options) => {
  let directory: string;
  let errorsOf: (program: string) => readonly ts.Diagnostic[];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "flowhub-types-"));
    await linkPackages(directory);
    const programs = [...Object.values(GOOD), ...Object.values(WRONG).map(({ program }) => program)];
    const files = new Map(programs.map((text, index) => [text, join(directory, `program-${index}.ts`)]));
    for (const [text, path] of files) writeFileSync(path, text);
    const program = ts.createProgram([...files.values()], { ...OPTIONS, ...options, typeRoots: [join(directory, "node_modules/@types")] });
    expect([...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()].map(messageOf)).toEqual([]);
    errorsOf = (text) => {
      const file = program.getSourceFile(files.get(text) ?? "");
      if (file === undefined) throw new Error("the program was not compiled");
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    };
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.each(Object.entries(GOOD))("a program with %s has no errors", (_, program) => {
    expect(errorsOf(program).map(messageOf)).toEqual([]);
  });

  test.each(Object.entries(WRONG))("%s is one error, which says what to do", (_, { program, code, says }) => {
    const errors = errorsOf(program).map((error) => ({ code: error.code, says: messageOf(error).split("\n").at(-1) }));
    expect(errors).toEqual([{ code, says: expect.stringContaining(says) }]);
  });
});

function messageOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, "\n");
}
