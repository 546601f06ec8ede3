import type { ProducerApi } from "flowhub";
import { driverOf } from "../../driver/workers/driver.ts";

interface Env {
  readonly HUB: ProducerApi;
  readonly SINK: { drain(): Promise<number[]> };
}

export default driverOf<Env>(({ HUB }, orders) => HUB.emit(orders));
