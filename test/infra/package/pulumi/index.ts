import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { checkRoutes, type DeliveryOptions, EventHub, type RouteArgs } from "flowhub/pulumi";

const accountId = new pulumi.Config().require("accountId");
const defaults: DeliveryOptions = { timeout: "20s", retry: { limit: 0 } };
const routes: readonly RouteArgs<"email" | "stock">[] = [
  { id: "orders", on: "order.*", where: { path: "$.data.total", gte: 0 }, to: ["stock", { destination: "email", delay: "15 minutes" }] },
];

const email = new cloudflare.WorkersScript("email", { accountId, scriptName: "email", content: "", mainModule: "email.js" });
const hub = new EventHub("hub", {
  accountId,
  destinations: { email: { worker: email, entrypoint: "Email" }, stock: { worker: "stock" } },
  routes,
  defaults,
  transform: { database: (args) => ({ ...args, jurisdiction: "eu" }) },
});
new cloudflare.WorkersScript("shop", {
  accountId,
  scriptName: "shop",
  content: "",
  mainModule: "shop.js",
  bindings: [hub.producerBinding("HUB")],
});

export const database: pulumi.Output<string> = hub.databaseId;
export const reached: readonly string[] = checkRoutes({ destinations: { email: {}, stock: {} }, routes, defaults }, [
  { type: "order.placed", data: { total: 0 } },
]).flatMap(({ dispatches }) => dispatches.map(({ destination }) => destination));
