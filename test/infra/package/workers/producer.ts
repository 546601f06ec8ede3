import { type EmitReceipt, faultCode, type ProducerApi, producerOf } from "flowhub";

interface Env {
  readonly HUB: ProducerApi;
  /** As `wrangler types` declares a binding whose entrypoint it cannot see. */
  readonly UNTYPED: Fetcher;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      const [typed] = await env.HUB.emit({ type: "order.placed", key: "1", data: await request.json() });
      const others: EmitReceipt[] = await producerOf(env.UNTYPED, { source: "shop" }).emit([{ type: "order.paid", data: null }]);
      return Response.json([typed?.id, ...others.map(({ id }) => id)], { status: 202 });
    } catch (error) {
      return new Response(String(error), { status: faultCode(error) === "storage.unavailable" ? 503 : 422 });
    }
  },
} satisfies ExportedHandler<Env>;
