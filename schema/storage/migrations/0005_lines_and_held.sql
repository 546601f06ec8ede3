CREATE TABLE `beats` (
	`name` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`taken` integer NOT NULL,
	`left` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
DROP INDEX `dispatches_check`;--> statement-breakpoint
DROP INDEX `dispatches_bad`;--> statement-breakpoint
ALTER TABLE `dispatches` ADD `superseded` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE dispatches SET superseded = 1 WHERE id IN (
  SELECT id FROM (
    SELECT one.id, one.status IN ('failed', 'misconfigured', 'lost') AS bad,
      max(one.status IN ('ongoing', 'complete', 'ignored')) OVER (PARTITION BY root) AS lives,
      row_number() OVER (PARTITION BY root ORDER BY one.status IN ('failed', 'misconfigured', 'lost') DESC, one.settled_at DESC, one.id DESC) AS nth
    FROM (SELECT DISTINCT substr(id, 1, instr(id, '-r') - 1) AS root FROM dispatches WHERE redrive_of IS NOT NULL) AS line
    CROSS JOIN dispatches AS one ON one.id = root OR one.id BETWEEN root || '-r' AND root || '-s')
  WHERE bad AND (lives OR nth > 1));--> statement-breakpoint
CREATE INDEX `dispatches_check` ON `dispatches` (`destination`,`check_at`,`id`) WHERE status = 'ongoing';--> statement-breakpoint
CREATE INDEX `dispatches_bad` ON `dispatches` (`superseded`,`settled_at`,`id`) WHERE status IN ('failed', 'misconfigured', 'lost');--> statement-breakpoint
ALTER TABLE `controls` ADD `rate` real;--> statement-breakpoint
ALTER TABLE `controls` ADD `moment` integer;