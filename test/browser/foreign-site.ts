import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A site of somebody else's on this machine, with empty pages. */
export interface ForeignSite extends AsyncDisposable {
  /** Another site than the console's, as a browser sees it. */
  readonly crossSite: string;
  /** The same site on another port: a browser sends cookies along that are `SameSite`. */
  readonly sameSite: string;
}

export async function startForeignSite(): Promise<ForeignSite> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>elsewhere</title><h1>Elsewhere</h1>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    crossSite: `http://localhost:${port}`,
    sameSite: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
