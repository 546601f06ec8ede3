CREATE TABLE `configs` (
	`version` text PRIMARY KEY NOT NULL,
	`body` text NOT NULL,
	`first_seen_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `controls` (
	`destination` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`since` integer NOT NULL,
	`by` text NOT NULL,
	`detail` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `dispatches` (
	`id` text PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL,
	`route` text NOT NULL,
	`destination` text NOT NULL,
	`policy` text NOT NULL,
	`status` text DEFAULT 'ongoing' NOT NULL,
	`due_at` integer NOT NULL,
	`check_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`recoveries` integer DEFAULT 0 NOT NULL,
	`settled_at` integer,
	`reason` text,
	`redrive_of` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `dispatches_check` ON `dispatches` (`check_at`) WHERE status = 'ongoing';--> statement-breakpoint
CREATE INDEX `dispatches_bad` ON `dispatches` (`id`) WHERE status IN ('failed', 'misconfigured', 'lost');--> statement-breakpoint
CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`source` text,
	`subject` text,
	`time` integer NOT NULL,
	`data` text NOT NULL,
	`key` text,
	`correlation_id` text NOT NULL,
	`causation_id` text,
	`depth` integer NOT NULL,
	`config_version` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `events_type` ON `events` (`type`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_key` ON `events` (`key`,`source`) WHERE key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `events_subject` ON `events` (`subject`,`id`) WHERE subject IS NOT NULL;--> statement-breakpoint
CREATE INDEX `events_correlation` ON `events` (`correlation_id`,`id`) WHERE causation_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `executions` (
	`dispatch_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`nonce` text NOT NULL,
	`outcome` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer NOT NULL,
	`error` text,
	PRIMARY KEY(`dispatch_id`, `attempt`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `notes` (
	`subject_id` text NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`by` text NOT NULL,
	`reason` text,
	`detail` text,
	PRIMARY KEY(`subject_id`, `id`)
) WITHOUT ROWID;
