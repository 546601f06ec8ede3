import { checkRoutes, EventHub } from "flowhub/pulumi";

new EventHub("hub", {
  accountId: "account",
  destinations: { email: { worker: "email" } },
  routes: [{ id: "orders", on: "order.*", to: "emial" }],
});

checkRoutes({ destinations: { email: {} }, routes: [{ id: "orders", on: "order.*", to: { destination: "emial", delay: "1m" } }] }, []);
