import { add, manualSeed, matmul, mean, mul, randn, setDeterministic, sub, sum, transpose } from "@unroll/tensor";

export interface Training {
  losses: number[];
  digest: string;
}

/** Fits a line by gradient descent whose gradient is written by hand, with nothing but tensors. */
export function train(steps: number = 20): Training {
  setDeterministic(true);
  manualSeed(7);
  const x = randn([32, 3]);
  const y = add(matmul(x, randn([3, 1])), 0.5);
  let weight = randn([3, 1]);
  let bias = randn([1]);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const error = sub(add(matmul(x, weight), bias), y);
    losses.push(mean(mul(error, error)).item());
    weight = sub(weight, mul(matmul(transpose(x, 0, 1), error), 0.2 / 32));
    bias = sub(bias, mul(sum(error), 0.2 / 32));
  }
  return { losses, digest: `${losses.join()} ${weight.toString()} ${bias.toString()}` };
}
