import { createServer } from "node:net";

/** The loopback interface: what runs here is nobody else's business. */
export const HOST = "127.0.0.1";

/** The port asked for, or one that is free. Throws in words when it cannot be had. */
export async function freePort(asked = 0): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(asked, HOST, resolve);
  try {
    await promise;
  } catch (error) {
    throw new Error(problemOf(asked, error), { cause: error });
  }
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (typeof address !== "object" || address === null) throw new Error("the system gave no port");
  return address.port;
}

function problemOf(port: number, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "EADDRINUSE" ? `Port ${port} is in use; choose another.` : `Port ${port} cannot be used: ${message}`;
}
