import { describe, expect, it } from "vitest";
import { builds, difference, noise, type Placed, withPlaced } from "./placed.ts";

const { sqrt } = Math;

/** Arrays that a step reads and writes, the parameter first, then the gradient, then the state. */
type Step = (placed: Placed, at: readonly number[], n: number) => void;
/** The same step for one value, in float64, as packages/optim computes it. */
type Truth = (values: number[]) => number[];

const [lr, decay, momentum, eps] = [0.1, 0.02, 0.9, 1e-8];

const steps: [name: string, states: number, step: Step, truth: Truth][] = [
  [
    "sgd",
    0,
    ({ run }, [p, g], n) => run.sgd(p, g, 0, n, lr, decay, 0, 1, 0),
    ([p, g]) => [p - lr * (g + decay * p), g],
  ],
  [
    "sgd with momentum and dampening",
    1,
    ({ run }, [p, g, b], n) => run.sgd(p, g, b, n, lr, decay, momentum, 0.75, 0),
    ([p, g, b]) => {
      const next = momentum * b + 0.75 * (g + decay * p);
      return [p - lr * next, g, next];
    },
  ],
  [
    "sgd with Nesterov's momentum",
    1,
    ({ run }, [p, g, b], n) => run.sgd(p, g, b, n, lr, decay, momentum, 1, 1),
    ([p, g, b]) => {
      const next = momentum * b + g + decay * p;
      return [p - lr * (g + decay * p + momentum * next), g, next];
    },
  ],
  [
    "adam, at its third step",
    2,
    ({ run }, [p, g, m, v], n) => {
      const correction = sqrt(1 - 0.999 * 0.999 * 0.999);
      run.adam(p, g, m, v, 0, n, 0.9, 0.1, 0.999, 0.001, (lr * correction) / (1 - 0.729), eps * correction, 0, decay);
    },
    ([p, g, m, v]) => {
      const total = g + decay * p;
      const [mean, square] = [0.9 * m + 0.1 * total, 0.999 * v + 0.001 * total * total];
      const unbiased = [mean / (1 - 0.729), square / (1 - 0.999 * 0.999 * 0.999)];
      return [p - (lr * unbiased[0]) / (sqrt(unbiased[1]) + eps), g, mean, square];
    },
  ],
  [
    "adamw with amsgrad",
    3,
    ({ run }, [p, g, m, v, l], n) => run.adam(p, g, m, v, l, n, 0.9, 1 - 0.9, 0.999, 1 - 0.999, lr, eps, lr * decay, 0),
    ([p, g, m, v, l]) => {
      const [mean, square] = [0.9 * m + (1 - 0.9) * g, 0.999 * v + (1 - 0.999) * g * g];
      const largest = Math.max(l, square);
      return [p * (1 - lr * decay) - (lr * mean) / (sqrt(largest) + eps), g, mean, square, largest];
    },
  ],
  [
    "rmsprop",
    1,
    ({ run }, [p, g, v], n) => run.rmsprop(p, g, v, 0, 0, n, lr, 0.99, 1 - 0.99, eps, decay, 0),
    ([p, g, v]) => {
      const total = g + decay * p;
      const square = 0.99 * v + (1 - 0.99) * total * total;
      return [p - (lr * total) / (sqrt(square) + eps), g, square];
    },
  ],
  [
    "rmsprop, centred, with momentum",
    3,
    ({ run }, [p, g, v, m, b], n) => run.rmsprop(p, g, v, m, b, n, lr, 0.5, 0.5, eps, 0, momentum),
    ([p, g, v, m, b]) => {
      const [square, mean] = [0.5 * v + 0.5 * g * g, 0.5 * m + 0.5 * g];
      const buffer = momentum * b + g / (sqrt(Math.max(square - mean * mean, 0)) + eps);
      return [p - lr * buffer, g, square, mean, buffer];
    },
  ],
  [
    "adagrad",
    1,
    ({ run }, [p, g, s], n) => run.adagrad(p, g, s, n, lr, eps, decay),
    ([p, g, s]) => {
      const total = g + decay * p;
      const sum = s + total * total;
      return [p - (lr * total) / (sqrt(sum) + eps), g, sum];
    },
  ],
  ["scale", 0, ({ run }, [p], n) => run.scale(p, 0.3, n), ([p, g]) => [p * Math.fround(0.3), g]],
  ["addInto", 0, ({ run }, [p, g], n) => run.addInto(p, g, n), ([p, g]) => [p + g, g]],
  ["axpy", 0, ({ run }, [p, g], n) => run.axpy(p, g, -0.5, n), ([p, g]) => [p - 0.5 * g, g]],
];

/** A parameter, a gradient and states; of squares (the first of a pair, or a sum) only their size matters here. */
function start(states: number, n: number): Float32Array[] {
  const arrays = [noise(n, 1), noise(n, 2)];
  // Squares must be positive, and above the square of a mean.
  for (let s = 0; s < states; s++) arrays.push(noise(n, 3 + s).map((value) => Math.abs(value) + 0.1));
  return arrays;
}

describe.each(builds)("optimizer steps of the %s build", (build) => {
  const after = (step: Step, arrays: readonly Float32Array[], shift = 0): Float32Array[] =>
    withPlaced(build, shift, (placed) => {
      const at = arrays.map((array) => placed.put(array));
      step(placed, at, arrays[0].length);
      return at.map((address) => placed.read(address));
    });

  it.each(steps)("%s is the float64 step to some roundings", (_, states, step, truth) => {
    for (let n = 0; n <= 17; n++) {
      const arrays = start(states, n);
      const got = after(step, arrays, n % 4);
      for (let i = 0; i < n; i++) {
        const before = arrays.map((array) => array[i]);
        const expected = truth(before);
        got.forEach((array, k) => {
          const bound = 1e-6 * Math.max(Math.abs(before[k]), Math.abs(expected[k] - before[k]));
          if (!(Math.abs(array[i] - expected[k]) <= bound))
            throw new Error(`array ${k}: ${array[i]}, not ${expected[k]}`);
        });
        // Something happened.
        expect(got[0][i]).not.toBe(before[0]);
      }
    }
  });

  it.each(steps)("%s does not depend on position", (_, states, step) => {
    const arrays = start(states, 11);
    const all = after(step, arrays);
    for (let i = 0; i < 11; i++) {
      const alone = after(
        step,
        arrays.map((array) => array.slice(i, i + 1)),
        1,
      );
      expect(
        difference(
          alone.map(([value]) => value),
          all.map((array) => array[i]),
        ),
      ).toBe(-1);
    }
  });

  it("a gradient too small to square leaves no NaN", () => {
    const tiny = [1, 1e-30, 0, 0].map((value) => Float32Array.of(value));
    const [p] = after(
      ({ run }, [p, g, m, v], n) => run.adam(p, g, m, v, 0, n, 0.9, 0.1, 0.999, 0.001, lr, eps, 0, 0),
      tiny,
    );
    expect(p[0]).toBe(1);
  });
});

it("both builds step to the same bits", () => {
  for (const [, states, step] of steps) {
    const results = builds.map((build) =>
      withPlaced(build, 0, (placed) => {
        const at = start(states, 17).map((array) => placed.put(array));
        step(placed, at, 17);
        return at.map((address) => placed.read(address));
      }),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  }
});
