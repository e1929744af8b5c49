import { type Kernels, webAssembly } from "@unroll/kernels";
import { Uncompilable } from "../graph.ts";
import type { Call, Plan } from "../plan.ts";
import { assemble, type FunctionBody, type ImportedFunction } from "./assembler.ts";
import { type ColumnSums, columnSums } from "./column-sums.ts";
import { kernelOf, type LoopFunction, loopFunction } from "./loop.ts";

/** The phases of a plan that have calls, as loops over steps. */
export interface Loops {
  readonly before?: LoopFunction;
  readonly loop?: LoopFunction;
  readonly backward?: LoopFunction;
  readonly after?: LoopFunction;
  /** For the sums over rows. */
  readonly columnSums?: ColumnSums;
}

/**
 * A module with a function for every pass of a plan and a loop for every phase. Kernels are imported as what they are:
 * a JavaScript function between two modules would triple the cost of a call.
 *
 * @throws {Uncompilable} where modules are refused
 */
export function instantiate({ memory, run }: Kernels, plan: Plan): Loops {
  const { gradient } = plan;
  const phases: Readonly<Record<Exclude<keyof Loops, "columnSums">, readonly Call[]>> = {
    before: plan.before,
    loop: plan.loop,
    backward: gradient?.loop ?? [],
    after: gradient?.after ?? [],
  };
  const calls = Object.values(phases).flat();
  const api = webAssembly();
  if (calls.length === 0 || api === undefined) return {};
  const imports = new Map<string, ImportedFunction>();
  for (const kernel of calls.map(kernelOf)) if (kernel !== undefined) imports.set(kernel.name, kernel);
  const names = [...imports.keys()];
  const functions: FunctionBody[] = [];
  const passes = new Map<Call, number>();
  for (const call of calls)
    if (call.kind === "pass") {
      passes.set(call, names.length + functions.length);
      functions.push(call.body);
    }
  const functionOf = (call: Call) => passes.get(call) ?? names.indexOf(kernelOf(call)?.name ?? "");
  const exports: Record<string, number> = {};
  for (const [phase, own] of Object.entries(phases)) {
    if (own.length === 0) continue;
    exports[phase] = functions.length;
    functions.push(loopFunction(own, functionOf));
  }
  if (gradient !== undefined) {
    exports.columnSums = functions.length;
    functions.push(columnSums());
  }
  const bytes = assemble({ imports: [...imports.values()], functions, exports });
  const kernels = Object.fromEntries(names.map((name) => [name, run[name as keyof typeof run]]));
  try {
    const { Module, Instance } = api;
    return new Instance(new Module(bytes), { env: { memory: memory.memory, ...kernels } }).exports as Loops;
  } catch (error) {
    // A content security policy may allow the kernels, compiled before, and refuse this.
    throw new Uncompilable(`a module is refused (${error instanceof Error ? error.message : String(error)})`);
  }
}
