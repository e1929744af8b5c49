// A thread of its own: the page stays responsive while the network trains.
import { train } from "./train.js";

for (const point of train()) postMessage(point);
postMessage("done");
