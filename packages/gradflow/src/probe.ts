import {
  DTypeError,
  formatShape,
  Generator,
  mul,
  OptionError,
  randn,
  ShapeError,
  sameShape,
  Tensor,
  unsqueeze,
} from "@unroll/tensor";
import { jointNorms } from "./norms.ts";
import type { AnyState } from "./record.ts";

/** The vectors u of a probe loss `<u, s_T>`: which part of the state, or the vectors themselves, one for each state. */
export type Probe = "state" | "output" | AnyState;

/**
 * The probe's vectors, `[1, …]` for each state.
 *
 * @param state after any step
 * @param outputName the state that is the output, if one is
 */
export function probeVectors(
  state: AnyState,
  outputName: string | undefined,
  probe: Probe = "state",
  generator: Generator = new Generator(0),
): AnyState {
  const names = Object.keys(state);
  if (probe !== "state" && probe !== "output") return givenVectors(state, probe);
  const drawn = names.map((name): [string, Tensor] => {
    const { shape, dtype } = state[name];
    const vector = randn([1, ...shape.slice(1)], { dtype: dtype === "float64" ? "float64" : "float32", generator });
    return [name, probe === "output" && name !== outputName ? mul(vector, 0) : vector];
  });
  const norm = jointNorms(drawn.map(([, vector]) => vector))[0];
  if (!(norm > 0)) throw new OptionError('gradientFlow: no state is the output; use probe: "state" or vectors');
  return Object.fromEntries(drawn.map(([name, vector]) => [name, mul(vector, 1 / norm)]));
}

/** Vectors that the user gave, held to the names, shapes and dtypes of the state. */
function givenVectors(like: AnyState, probe: unknown): AnyState {
  if (typeof probe !== "object" || probe === null || Tensor.is(probe)) {
    const got = Tensor.is(probe) ? "a tensor" : String(probe);
    throw new OptionError(`gradientFlow: probe must be "state", "output" or vectors by state, got ${got}`);
  }
  const names = Object.keys(like);
  const given = probe as AnyState;
  const wrong = Object.keys(given).find((name) => !names.includes(name)) ?? names.find((name) => !(name in given));
  if (wrong !== undefined)
    throw new OptionError(`gradientFlow: the probe must have vectors for ${names.join(", ")}; ${wrong} does not fit`);
  for (const name of names) {
    const vector = given[name];
    const shape = like[name].shape.slice(1);
    if (!Tensor.is(vector) || !sameShape(vector.shape, shape)) {
      const got = Tensor.is(vector) ? formatShape(vector.shape) : typeof vector;
      throw new ShapeError(`gradientFlow: expected a probe vector ${name} of shape ${formatShape(shape)}, got ${got}`);
    }
    if (vector.dtype !== like[name].dtype)
      throw new DTypeError(
        `gradientFlow: the probe vector ${name} is ${vector.dtype}, the state ${like[name].dtype}; use cast`,
      );
  }
  return Object.fromEntries(names.map((name) => [name, unsqueeze(given[name], 0)]));
}
