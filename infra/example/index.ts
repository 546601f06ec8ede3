import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { EventHub } from "flowhub/pulumi";
import { defaults, routes } from "./routes";

const config = new pulumi.Config();
const accountId = config.require("accountId");
const stack = pulumi.getStack();

const hub = new EventHub("github", {
  accountId,
  protect: stack === "prod",
  destinations: {
    triage: { worker: worker("triage") },
    checks: { worker: worker("checks") },
    audit: { worker: worker("audit") },
    digest: { worker: worker("digest") },
    projects: { worker: worker("projects") },
  },
  routes,
  defaults,
});

const producer = worker("producer", [
  hub.producerBinding("HUB"),
  { type: "secret_text", name: "WEBHOOK_SECRET", text: config.requireSecret("webhookSecret") },
]);

// Where GitHub sends its deliveries: https://github-producer-<stack>.<your subdomain>.workers.dev
new cloudflare.WorkersScriptSubdomain("producer", {
  accountId,
  scriptName: producer.scriptName,
  enabled: true,
  previewsEnabled: false,
});

export const hubScript = hub.scriptName;
export const database = hub.databaseName;
export const webhook = producer.scriptName;

/** A Worker of examples/github, as `npm run build` bundles it. */
function worker(name: string, bindings: cloudflare.WorkersScriptArgs["bindings"] = []): cloudflare.WorkersScript {
  const contentFile = `dist/${name}.js`;
  return new cloudflare.WorkersScript(`github-${name}`, {
    accountId,
    scriptName: `github-${name}-${stack}`,
    mainModule: `${name}.js`,
    contentFile,
    contentSha256: createHash("sha256").update(readFileSync(contentFile)).digest("hex"),
    compatibilityDate: "2026-11-01",
    bindings,
    observability: { enabled: true },
  });
}
