import { Agent, get, type IncomingMessage } from "node:http";

/** Connections are kept: what is measured is the page. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

export interface FirstByte {
  readonly status: number;
  readonly ms: number;
}

/** How long a page takes until the first byte of its body is here. Resolves when all of it is. */
export async function timeToFirstByte(url: string): Promise<FirstByte> {
  const { promise, resolve, reject } = Promise.withResolvers<FirstByte>();
  const startedAt = performance.now();
  const onResponse = (response: IncomingMessage) => {
    let ms: number | undefined;
    response.on("data", () => {
      ms ??= performance.now() - startedAt;
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, ms: ms ?? performance.now() - startedAt }));
    response.on("error", reject);
  };
  get(url, { agent, timeout: 60_000 }, onResponse)
    .on("timeout", () => reject(new Error(`${url} did not answer within a minute.`)))
    .on("error", reject);
  return await promise;
}
