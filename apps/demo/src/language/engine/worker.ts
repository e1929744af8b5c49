import { setDeterministic } from "@unroll/tensor";
import { LanguageHost } from "./host.ts";
import type { Command, Report } from "./protocol.ts";

/** The part of a worker's global scope that is used; the DOM's types describe a window's. */
interface WorkerScope {
  postMessage(message: Report, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Command>) => void): void;
}

const scope = self as unknown as WorkerScope;

// A saved model goes on with the same bits on every machine.
setDeterministic(true);

// A message to oneself waits behind those of the page; a timer would be held back by some milliseconds.
const { port1, port2 } = new MessageChannel();
let turn: (() => void) | undefined;
port1.onmessage = () => turn?.();

const host = new LanguageHost({
  post: (report, transfer) => scope.postMessage(report, transfer),
  soon: (next) => {
    turn = next;
    port2.postMessage(null);
  },
  now: () => performance.now(),
});

scope.addEventListener("message", ({ data }) => host.handle(data));
