import { type Training, train } from "@unroll/pack/train";
import { cast, type EngineInfo, engineInfo, isFloat } from "@unroll/tensor";
import { opSamples } from "@unroll/tensor/testing";

export interface Core {
  info: EngineInfo;
  /** The values of every sample of every op in float32, as text, which unlike JSON has infinities. */
  samples: Record<string, string[]>;
  training: Training;
}

/**
 * The core of what the packages do: every op, and a training with a recurrent network, a loss and an optimizer.
 *
 * @param deterministic by the build that gives the same bits everywhere
 */
export function core(deterministic: boolean = true): Core {
  // Before all else, since it chooses the build.
  const training = train(20, deterministic);
  const samples: Record<string, string[]> = {};
  for (const [name, calls] of Object.entries(opSamples())) {
    samples[name] = calls.map(({ inputs, call }) => {
      const single = inputs.map((x) => (isFloat(x.dtype) ? cast(x, "float32") : x));
      return [...call(...single).data].join(" ");
    });
  }
  return { samples, training, info: engineInfo() };
}
