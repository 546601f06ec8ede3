import { type Delivery, Destination, type HubEvent, type ProducerApi } from "flowhub";

export class Typo extends Destination {
  override handle(_event: HubEvent, _delivery: Delivery) {
    return "completed" as const;
  }
}

export const tooMuch = (hub: ProducerApi) => hub.listEvents();
