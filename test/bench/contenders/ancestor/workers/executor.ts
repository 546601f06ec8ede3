import { Executor } from "cf-eventhub/postgresjs";

/** It consumes the queue of the hub. */
export default class extends Executor {}
