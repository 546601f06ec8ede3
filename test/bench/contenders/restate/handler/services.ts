import { type Context, service } from "@restatedev/restate-sdk";
import type { Order } from "../../order.ts";
import { destinationsOf } from "./routes.ts";
import { handle } from "./sink.ts";

const dispatches = service({
  name: "Dispatches",
  handlers: {
    /** That the destination has handled it is recorded, so it is not called again. */
    async deliver(ctx: Context, { order }: { to: string; order: Order }): Promise<string> {
      return await ctx.run("handle", () => handle(order));
    },
  },
});

const orders = service({
  name: "Orders",
  handlers: {
    /** A dispatch is an invocation of its own, and tried again by itself. */
    async accept(ctx: Context, order: Order): Promise<void> {
      for (const to of destinationsOf(order)) ctx.serviceSendClient<typeof dispatches>({ name: "Dispatches" }).deliver({ to, order });
    },
  },
});

export const services = [orders, dispatches];
