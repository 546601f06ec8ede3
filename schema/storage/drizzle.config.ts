import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "sqlite", schema: "./schema/storage/tables.ts", out: "./schema/storage/migrations" });
