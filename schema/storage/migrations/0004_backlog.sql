DROP INDEX `dispatches_check`;--> statement-breakpoint
CREATE INDEX `dispatches_check` ON `dispatches` (`check_at`,`id`,`destination`) WHERE status = 'ongoing';