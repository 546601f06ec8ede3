import { env } from "cloudflare:workers";
import { storeConformance } from "../sqlite/conformance.ts";

storeConformance("D1", () => env.DB);
