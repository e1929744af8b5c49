import { Parameter } from "@unroll/autograd";
import { checkBoolean, checkFunction, checkOptions, describe, OptionError, Tensor, tensor } from "@unroll/tensor";
import { loadInto } from "./state-dict.ts";

const brand = Symbol.for("unroll.module");

/** Options of {@link Module.loadStateDict}. */
export interface LoadOptions {
  /** Whether missing and unexpected names are errors (default true); wrong shapes and dtypes always are. */
  strict?: boolean;
  /** Turns a name of the dict into a name of the module; `undefined` leaves the entry out. */
  rename?: (name: string) => string | undefined;
}

/** The names that did not meet, as {@link Module.loadStateDict} returns them. */
export interface LoadResult {
  readonly missing: string[];
  readonly unexpected: string[];
}

/**
 * The base of everything that owns parameters. Its parameters and children are its own enumerable properties, in the
 * order in which they were set, also inside arrays and plain objects: `layers.0.weight`. `#private` fields cannot be
 * seen; {@link checkModule} finds parameters that hide there.
 *
 * It has no `forward` of its own; implement {@link Layer} to be composed.
 *
 * @example
 * ```ts
 * class Scale extends Module implements Layer<[Tensor], Tensor> {
 *   readonly factor = parameter([1, 1]);
 *   forward(x: Tensor): Tensor {
 *     return mul(x, this.factor);
 *   }
 * }
 * new Scale().namedParameters().map(([name]) => name); // ["factor"]
 * ```
 */
export class Module {
  /** Whether layers such as dropout behave as in training. Set it with {@link train} and {@link eval}. */
  training: boolean = true;

  constructor() {
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether `value` is a module of any copy of the package. */
  static is(value: unknown): value is Module {
    return typeof value === "object" && value !== null && brand in value;
  }

  /** All parameters, a shared one once. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** All parameters with their dotted names, a shared one once, under its first name. In errors they go by the name that the outermost module gave. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Parameter>();
    return allParameters(this).filter(([, parameter]) => {
      if (seen.has(parameter)) return false;
      seen.add(parameter);
      return true;
    });
  }

  /** The modules directly below this one, a shared one once. */
  children(): Module[] {
    return [...new Set(this.namedChildren().map(([, child]) => child))];
  }

  /** The modules directly below this one with their names; those in arrays and plain objects have dotted names. */
  namedChildren(): [string, Module][] {
    const found: [string, Module][] = [];
    visit(this, "", [], (name, value) => {
      if (!Module.is(value)) return;
      found.push([name, value]);
    });
    return found;
  }

  /** Copies of all parameters by name, a shared one under each of its names. */
  stateDict(): Record<string, Tensor> {
    return Object.fromEntries(
      allParameters(this).map(([name, { data, shape, dtype }]) => [name, tensor(data, { shape, dtype })]),
    );
  }

  /**
   * Overwrites the parameters with the values of a state dict, in place. All that does not fit is listed in one error,
   * and then nothing is loaded. One of the names of a shared parameter is enough.
   *
   * @param rename for dicts of another origin: `(name) => name.replace("rnn.", "lstm.")`
   * @returns the names that did not meet, which is only possible with `strict: false`
   * @throws {StateDictError} for missing, unexpected, wrongly shaped or wrongly typed entries
   */
  loadStateDict(dict: Readonly<Record<string, Tensor>>, options: LoadOptions = {}): LoadResult {
    checkOptions("loadStateDict", options, ["strict", "rename"]);
    if (typeof dict !== "object" || dict === null || Tensor.is(dict))
      throw new OptionError(`loadStateDict: expected an object of named tensors, got ${describe(dict)}`);
    const strict = checkBoolean("loadStateDict", "strict", options.strict, true);
    const { rename = (name) => name } = options;
    checkFunction("loadStateDict", "rename", rename);
    return loadInto(allParameters(this), dict, strict, rename);
  }

  /** Switches this module and all below it to training, or with `false` to evaluation. */
  train(on: boolean = true): this {
    const training = checkBoolean("train", "on", on, true);
    for (const module of withDescendants(this)) module.training = training;
    return this;
  }

  /** Switches this module and all below it to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }
}

/** The names that modules gave as labels: those may change with the module that is asked, a label of the user's not. */
const given = /* @__PURE__ */ new WeakMap<Parameter, string>();

/** Labels a parameter by its name, unless it has the name that it goes by in a module further out. */
function label(parameter: Parameter, name: string): void {
  const known = given.get(parameter);
  if (parameter.label !== known || depthOf(name) < depthOf(known ?? "")) return;
  given.set(parameter, name);
  parameter.label = name;
}

function depthOf(name: string): number {
  return name.split(".").length;
}

/** Every name under which a parameter can be found, with the parameter. The first one labels it. */
function allParameters(root: Module): [string, Parameter][] {
  const found: [string, Parameter][] = [];
  const seen = new Set<Parameter>();
  const collect = (module: Module, prefix: string, path: readonly object[]): void =>
    visit(module, prefix, path, (name, value, inside) => {
      if (Module.is(value)) collect(value, `${name}.`, inside);
      else if (Parameter.is(value)) {
        if (!seen.has(value)) label(value, name);
        seen.add(value);
        found.push([name, value]);
      }
    });
  collect(root, "", []);
  return found;
}

function withDescendants(root: Module): Set<Module> {
  const found = new Set<Module>([root]);
  // A set hands out what is added while it is walked.
  for (const module of found) for (const child of module.children()) found.add(child);
  return found;
}

/**
 * Calls `found` for every module and tensor among the own enumerable properties, through arrays and plain objects.
 * `path` holds the objects on the way here: one that refers back to a parent ends there instead of going round.
 */
function visit(
  holder: object,
  prefix: string,
  path: readonly object[],
  found: (name: string, value: Module | Tensor, path: readonly object[]) => void,
): void {
  const inside = [...path, holder];
  for (const key of Object.keys(holder)) {
    const value: unknown = (holder as Record<string, unknown>)[key];
    if (typeof value !== "object" || value === null || inside.includes(value)) continue;
    if (Module.is(value) || Tensor.is(value)) found(prefix + key, value, inside);
    else if (Array.isArray(value) || isPlain(value)) visit(value, `${prefix}${key}.`, inside, found);
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
