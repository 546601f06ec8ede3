import { describe, expect, test } from "vitest";
import { listSource, withoutRowid } from "../../../tools/migration-files.ts";

const WRITTEN = `CREATE TABLE \`things\` (
	\`id\` text PRIMARY KEY NOT NULL,
	\`state\` text DEFAULT ');' NOT NULL
);
--> statement-breakpoint
CREATE INDEX \`things_open\` ON \`things\` (\`id\`) WHERE state in ('open');--> statement-breakpoint
ALTER TABLE \`events\` ADD \`thing\` text DEFAULT (1);`;

describe("a migration", () => {
  test("makes its new tables WITHOUT ROWID, and changes nothing else", () => {
    expect(withoutRowid(WRITTEN)).toBe(WRITTEN.replace("\n);\n", "\n) WITHOUT ROWID;\n"));
  });

  test("is left as it is when its tables are WITHOUT ROWID already", () => {
    expect(withoutRowid(withoutRowid(WRITTEN))).toBe(withoutRowid(WRITTEN));
  });

  test("is imported, and listed by its file's name in the order it was given", () => {
    expect(listSource(["0001_init.sql", "0002_more_things.sql"])).toContain(`
import sql0001 from "../../../schema/storage/migrations/0001_init.sql";
import sql0002 from "../../../schema/storage/migrations/0002_more_things.sql";
`);
    expect(listSource(["0001_init.sql", "0002_more_things.sql"])).toContain(`
  { name: "0001_init.sql", sql: sql0001 },
  { name: "0002_more_things.sql", sql: sql0002 },
];
`);
  });
});
