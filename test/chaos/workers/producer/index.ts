import type { EmitInput, ProducerApi } from "flowhub";

/** `POST` of a list of events: their receipts, or the error that `emit()` threw. */
export default {
  async fetch(request, env) {
    const hub = env.HUB as unknown as ProducerApi;
    try {
      return Response.json(await hub.emit((await request.json()) as EmitInput[]));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
} satisfies ExportedHandler<ChaosProducerEnv>;
