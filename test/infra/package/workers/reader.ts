import { type DispatchView, durationMs, type EventHubApi, FAULTS, type Page } from "flowhub";

export default {
  async fetch(_request: Request, { HUB }: { readonly HUB: EventHubApi }): Promise<Response> {
    const failed: Page<DispatchView> = await HUB.listDispatches({ status: "failed", limit: 10 });
    const { unexplained } = await HUB.audit({ from: new Date(Date.now() - durationMs("7 days")).toISOString() });
    return Response.json({ failed: failed.items.length, unexplained, faults: Object.keys(FAULTS) });
  },
};
