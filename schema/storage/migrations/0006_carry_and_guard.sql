CREATE TABLE `ended_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `wrong_secrets` (
	`network` text PRIMARY KEY NOT NULL,
	`times` integer NOT NULL,
	`until` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `wrong_secrets_until` ON `wrong_secrets` (`until`);--> statement-breakpoint
ALTER TABLE `events` ADD `extensions` text;--> statement-breakpoint
CREATE INDEX `notes_at` ON `notes` (`at`,`subject_id`,`id`);