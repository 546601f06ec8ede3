import { storeConformance } from "../sqlite/conformance.ts";
import { sqliteD1 } from "../sqlite/d1.ts";

storeConformance("SQLite in this process", () => sqliteD1());
