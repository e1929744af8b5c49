import { labOracles, measureOracle } from "@unroll/bench/lab";
import { engineInfo, setDeterministic } from "@unroll/tensor";
import type { OracleCommand, OracleReport } from "../lab/oracles/protocol.ts";
import { LaneHost } from "./lane-host.ts";
import type { Command, Report } from "./protocol.ts";

/** The part of a worker's global scope that is used; the DOM's types describe a window's. */
interface WorkerScope {
  postMessage(message: Report | OracleReport, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Command | OracleCommand>) => void): void;
}

const scope = self as unknown as WorkerScope;

// The same bits as on the command line, on every machine.
setDeterministic(true);

// A message to oneself waits behind those of the page; a timer would be held back by some milliseconds.
const { port1, port2 } = new MessageChannel();
let turn: (() => void) | undefined;
port1.onmessage = () => turn?.();

const host = new LaneHost({
  post: (report, transfer) => scope.postMessage(report, transfer),
  soon: (next) => {
    turn = next;
    port2.postMessage(null);
  },
  now: () => performance.now(),
});

scope.addEventListener("message", ({ data }) => {
  if (data.kind === "oracles")
    for (const oracle of labOracles) scope.postMessage({ kind: "oracle", result: measureOracle(oracle) }, []);
  else host.handle(data);
});

const { engine, build = null, reason = null } = engineInfo();
scope.postMessage({ kind: "engine", engine, build, reason }, []);
