CREATE TABLE `bulks` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`filter` text NOT NULL,
	`options` text NOT NULL,
	`by` text NOT NULL,
	`reason` text,
	`state` text NOT NULL,
	`done` integer DEFAULT 0 NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `bulks_running` ON `bulks` (`id`) WHERE state = 'running';--> statement-breakpoint
ALTER TABLE `controls` ADD `failures` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `controls` ADD `probe_at` integer;