/** What a user of Restate writes and runs: `node main.ts <port for Restate> <port to ask what was handled>`. */
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createEndpointHandler } from "@restatedev/restate-sdk";
import { HOST } from "../../../../../tools/local/free-port.ts";
import { services } from "./services.ts";
import { drain, handled } from "./sink.ts";

const [port, sinkPort] = process.argv.slice(2).map(Number);

// HTTP/2 both ways at once: the fastest that it offers.
createHttp2Server(createEndpointHandler({ services })).listen(port, HOST);
createServer(({ url }, response) => response.end(JSON.stringify(url === "/waits" ? drain() : handled()))).listen(sinkPort, HOST);
