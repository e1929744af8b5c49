import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  activeKernels,
  add,
  engineInfo,
  Generator,
  gather,
  indexAdd,
  indexSelect,
  matmul,
  mul,
  mutate,
  ones,
  pad,
  randn,
  scatterAdd,
  select,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  where,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { checkpoint } from "./checkpoint.ts";
import { defineFunction } from "./function.ts";
import { grad } from "./grad.ts";
import { type Parameter, parameter, requireGrad } from "./parameter.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes in use after everything that nobody holds is gone, those of the kernels' memory included. */
function inUse(): number {
  // Array buffers are swept by another thread, which a busy machine delays: the least of several collections is what is held.
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i++) {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  // The kernels' memory is no array buffer to Node; what is used of it is counted by its allocator.
  return least + (engineInfo().memory?.used ?? 0);
}

/** How many bytes a synchronous loop keeps for each step once it has run for a while, by default a tenth of its steps. */
function growth(steps: number, step: () => void, warmUp: number = steps / 10): number {
  for (let i = 0; i < warmUp; i++) step();
  const before = inUse();
  for (let i = warmUp; i < steps; i++) step();
  return (inUse() - before) / (steps - warmUp);
}

interface Network {
  readonly parameters: readonly Parameter[];
  loss(x: Tensor): Tensor;
}

/** One step of a plain recurrent network. */
function network(): Network {
  const generator = new Generator(1);
  const [w, u, b] = [
    parameter(randn([4, 4], { generator })),
    parameter(randn([4, 4], { generator })),
    parameter(zeros([4])),
  ];
  return {
    parameters: [w, u, b],
    loss: (x) => {
      const h = tanh(add(add(matmul(select(x, 0, 0), w), matmul(select(x, 0, 1), u)), b));
      return sum(mul(h, h));
    },
  };
}

function update(parameters: readonly Parameter[]): void {
  for (const p of parameters) {
    const gradient = (p.grad as Tensor).data;
    mutate(p, (data) => {
      for (let i = 0; i < data.length; i++) data[i] -= 0.01 * gradient[i];
    });
    p.zeroGrad();
  }
}

// Bytes per step. One tensor kept would be some 300; what is seen is the engine's own, code that it compiles on the way.
const flat = 100;
const timeout = 180_000;

describe("a graph that reads masks and indices alone", () => {
  const [size, steps] = [10_000, 100];
  const index = tensor([0, 1], { dtype: "int32" });
  const mask = tensor(Array.from({ length: size }, (_, i) => i % 2 === 0));

  it.each<[string, (h: Tensor) => Tensor]>([
    ["where", (h) => where(mask, h, zeros([size]))],
    ["scatterAdd", (h) => scatterAdd(h, 0, index, ones([2]))],
    ["indexAdd", (h) => indexAdd(h, 0, index, ones([2]))],
    ["gather", (h) => pad(gather(h, 0, index), 0, 0, size - 2)],
    ["indexSelect", (h) => pad(indexSelect(h, 0, index), 0, 0, size - 2)],
  ])("%s keeps none of its other operands", (_, step) => {
    let h = requireGrad(ones([size]));
    const first = h;
    const before = inUse();
    for (let t = 0; t < steps; t++) h = step(h);
    expect(inUse() - before).toBeLessThan(steps * size);
    expect(grad(sum(h), [first])[0].shape).toEqual([size]);
  });
});

describe("a synchronous loop keeps nothing", () => {
  // A batch of 32 makes 128 values a step: from there on elementwise ops are computed by the kernels, too.
  const x = randn([2, 32, 4], { generator: new Generator(2) });

  it(
    "over 10,000 training steps",
    () => {
      const { parameters, loss } = network();
      const kept = growth(10_000, () => {
        backward(loss(x));
        update(parameters);
      });
      expect(kept).toBeLessThan(flat);
    },
    timeout,
  );

  it(
    "over 10,000 evaluation steps without noGrad",
    () => {
      const { loss } = network();
      let total = 0;
      const kept = growth(10_000, () => {
        total += loss(x).item();
      });
      expect(total).toBeGreaterThan(0);
      expect(kept).toBeLessThan(flat);
    },
    timeout,
  );

  it(
    "over 4,000 steps with functions, checkpoints and second derivatives",
    () => {
      const { parameters, loss } = network();
      const square = defineFunction<void, Tensor>({
        name: "square",
        forward: ([z]) => ({ outputs: [mul(z, z)], saved: z }),
        backward: (z, [g]) => [g && mul(g, mul(z, 2))],
      });
      const kept = growth(
        4_000,
        () => {
          const input = requireGrad(x);
          const [slope] = grad(loss(input), [input], { createGraph: true });
          backward(
            add(
              sum(square([slope])[0]),
              checkpoint((z) => loss(tanh(z)), input),
            ),
          );
          update(parameters);
        },
        2_000,
      );
      expect(kept).toBeLessThan(flat);
    },
    timeout,
  );

  it("while kernel memory that is kept is seen to grow", () => {
    const memory = activeKernels("float32")?.memory;
    const kept: (number | undefined)[] = [];
    const grown = growth(100, () => kept.push(memory?.allocate(1024, "a leak")));
    expect(grown > 1000).toBe(memory !== undefined);
    for (const at of kept) if (at !== undefined) memory?.free(at);
  });

  it(
    "while the same loop, keeping one graph a step, is seen to grow",
    () => {
      const { loss } = network();
      const held: Tensor[] = [];
      expect(growth(2_000, () => held.push(sub(loss(x), 1)))).toBeGreaterThan(300);
      expect(held.length).toBe(2_000);
    },
    timeout,
  );
});
