import { EventHub } from "cf-eventhub/postgresjs";

/** It is meant to be deployed by a Worker of its user's. */
export default class extends EventHub {}
