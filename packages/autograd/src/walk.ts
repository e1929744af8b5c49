import {
  accumulate,
  add,
  checkTensor,
  type DType,
  describe,
  reshape,
  runtime,
  type Shape,
  sameShape,
  sum,
  Tensor,
  zeros,
} from "@unroll/tensor";
import { GradientError } from "./errors.ts";
import type { FunctionNode, GraphNode, OpNode } from "./node.ts";
import type { Context, InputsContext, OutputContext } from "./row.ts";
import { withRecording } from "./state.ts";

/** What a walk is to do. */
export interface Walk {
  /** Where it starts, with `∂L/∂output` for each. */
  readonly roots: readonly { readonly node: GraphNode; readonly gradient: Tensor }[];
  /** Called with the whole gradient of a node that was asked for. */
  readonly deliver: (node: GraphNode, gradient: Tensor) => void;
  /** Which nodes are asked for; all parameters when left out. */
  readonly targets?: ReadonlySet<GraphNode>;
  /** Gradients end at targets instead of also passing on to what lies below them. */
  readonly leaveAtTargets?: boolean;
  readonly createGraph: boolean;
  readonly retain: boolean;
}

/** A gradient under way. It may be written in place only when the walk made it. */
interface Pending {
  value: Tensor;
  owned: boolean;
}

/** Everything that a walk collects on its way. */
class Gradients {
  readonly #pending = new Map<GraphNode, Pending>();
  readonly #ports = new Map<FunctionNode, (Tensor | undefined)[]>();
  /** Values exist and need not be differentiable: sums may be made in place. */
  readonly #inPlace: boolean;

  constructor(createGraph: boolean) {
    this.#inPlace = !createGraph && runtime().evaluator === undefined;
  }

  take(node: GraphNode): Tensor | undefined {
    const pending = this.#pending.get(node);
    this.#pending.delete(node);
    return pending?.value;
  }

  takePorts(node: FunctionNode): (Tensor | undefined)[] | undefined {
    const ports = this.#ports.get(node);
    this.#ports.delete(node);
    return ports;
  }

  putPort(node: FunctionNode, index: number, gradient: Tensor): void {
    const ports = this.#ports.get(node) ?? [];
    ports[index] = gradient;
    this.#ports.set(node, ports);
  }

  add(node: GraphNode, gradient: Tensor): void {
    const pending = this.#pending.get(node);
    if (pending === undefined) this.#pending.set(node, { value: gradient, owned: false });
    else if (this.#inPlace && pending.owned) {
      accumulate(pending.value.data, gradient.data);
    } else {
      pending.value = add(pending.value, gradient);
      pending.owned = true;
    }
  }

  /** Adds a gradient in place where the op knows how: T slices of one tensor cost T slices and not T tensors. */
  addInPlace(parent: GraphNode, index: number, node: OpNode, context: Context<never> & InputsContext<never>): boolean {
    const { adds } = node.row;
    if (!this.#inPlace || adds?.input !== index || adds.fits?.(context) === false) return false;
    let pending = this.#pending.get(parent);
    if (pending === undefined) {
      if (!adds.part) return false;
      pending = { value: zeros(node.shapes[index], { dtype: node.dtypes[index] }), owned: true };
      this.#pending.set(parent, pending);
    } else if (!pending.owned) {
      const { shape, dtype, data } = pending.value;
      pending.value = new Tensor(shape, dtype, { data: data.slice(), version: 0 });
      pending.owned = true;
    }
    adds.into(pending.value.data, context);
    return true;
  }
}

/** Walks the graph from the roots, newest node first, and delivers the gradients that were asked for. */
export function walk(job: Walk): void {
  const order = reachable(
    job.roots.map((root) => root.node),
    edgeOf(job),
  );
  const needed = job.targets === undefined ? undefined : leadingTo(order, job.targets);
  const wants = (node: GraphNode | undefined): node is GraphNode =>
    node !== undefined && (needed === undefined || needed.has(node));
  withRecording("backward", job.createGraph, () => {
    const gradients = new Gradients(job.createGraph);
    for (const { node, gradient } of job.roots) gradients.add(node, gradient);
    for (const node of order) {
      if (!wants(node)) continue;
      if (node.kind === "function") {
        const ports = gradients.takePorts(node);
        if (ports !== undefined) passFunction(node, ports, gradients, wants, job);
        continue;
      }
      const gradient = gradients.take(node);
      if (gradient === undefined) continue;
      const asked =
        job.targets === undefined ? node.kind === "leaf" && node.parameter !== undefined : job.targets.has(node);
      if (asked) job.deliver(node, gradient);
      if (asked && job.leaveAtTargets) continue;
      if (node.kind === "op") passOp(node, gradient, gradients, wants);
      else if (node.kind === "port" && wants(node.parent)) gradients.putPort(node.parent, node.index, gradient);
    }
  });
}

function passOp(
  node: OpNode,
  g: Tensor,
  gradients: Gradients,
  wants: (node: GraphNode | undefined) => node is GraphNode,
): void {
  const { row, shapes, dtypes } = node;
  const context: InputsContext<never> & OutputContext<never> = {
    g,
    attrs: node.attrs as never,
    shapes,
    dtypes,
    input: (index) => node.input(index),
    output: () => node.output(),
  };
  for (let i = 0; i < node.parents.length; i++) {
    const parent = node.parents[i];
    if (!wants(parent)) continue;
    if (gradients.addInPlace(parent, i, node, context)) continue;
    const rule = row.rules[Math.min(i, row.rules.length - 1)];
    gradients.add(parent, conform(rule(context, i), shapes[i], dtypes[i], node.op.name, i));
  }
}

function passFunction(
  node: FunctionNode,
  ports: (Tensor | undefined)[],
  gradients: Gradients,
  wants: (node: GraphNode | undefined) => node is GraphNode,
  { createGraph, retain }: Walk,
): void {
  const needs = node.parents.map((parent) => wants(parent));
  const results = node.backward(ports, { needs, createGraph, retain });
  if (!Array.isArray(results) || results.length !== needs.length) {
    const got = Array.isArray(results) ? results.length : describe(results);
    throw new GradientError(`${node.name}: expected ${needs.length} gradients, one per input, got ${got}`);
  }
  node.parents.forEach((parent, i) => {
    const gradient = results[i];
    if (!wants(parent) || gradient === undefined || parent.kind === "function") return;
    checkTensor(`${node.name}: gradients of backward`, gradient);
    gradients.add(parent, conform(gradient, parent.shape, parent.dtype, node.name, i));
  });
}

/**
 * Sums a gradient over the axes along which its input was stretched: the one place where broadcasting is undone, and
 * where a rule is held to its input's shape and dtype.
 */
function conform(gradient: Tensor, shape: Shape, dtype: DType, name: string, index: number): Tensor {
  if (gradient.dtype !== dtype)
    throw new GradientError(`${name}: the gradient of input ${index} is ${gradient.dtype}, expected ${dtype}`);
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const dims: number[] = [];
  for (let axis = 0; axis < gradient.shape.length; axis++) {
    if (axis < lead || (shape[axis - lead] === 1 && gradient.shape[axis] !== 1)) dims.push(axis);
  }
  const summed =
    lead < 0
      ? gradient
      : reshape(
          sum(gradient, dims, { keepDim: true }),
          gradient.shape.map((size, axis) => (dims.includes(axis) ? 1 : size)).slice(lead),
        );
  if (!sameShape(summed.shape, shape)) {
    throw new GradientError(
      `${name}: the gradient of input ${index} has shape [${gradient.shape.join(", ")}], expected [${shape.join(", ")}]`,
    );
  }
  return summed;
}

function parentsOf(node: GraphNode): readonly (GraphNode | undefined)[] {
  if (node.kind === "leaf") return [];
  return node.kind === "port" ? [node.parent] : node.parents;
}

/** Where a walk may stop: below such a node, nothing leads to a target that is still wanted. */
function edgeOf({ targets, leaveAtTargets }: Walk): (node: GraphNode) => boolean {
  if (targets === undefined) return () => false;
  // Nothing older than the oldest target leads to one: a gradient across one step of a long graph costs one step.
  let oldest = Number.POSITIVE_INFINITY;
  for (const target of targets) oldest = Math.min(oldest, target.id);
  return leaveAtTargets ? (node) => node.id <= oldest || targets.has(node) : (node) => node.id <= oldest;
}

/**
 * All nodes below the roots, newest first; what lies below an edge is left out. No recursion: ten thousand steps must
 * not overflow the stack.
 */
export function reachable(roots: readonly GraphNode[], edge: (node: GraphNode) => boolean = () => false): GraphNode[] {
  const seen = new Set<GraphNode>(roots);
  const stack = [...seen];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (edge(node)) continue;
    for (const parent of parentsOf(node)) {
      if (parent === undefined || seen.has(parent)) continue;
      seen.add(parent);
      stack.push(parent);
    }
  }
  return [...seen].sort((a, b) => b.id - a.id);
}

/** The nodes from which a target can be reached. */
function leadingTo(order: readonly GraphNode[], targets: ReadonlySet<GraphNode>): ReadonlySet<GraphNode> {
  const needed = new Set<GraphNode>();
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    if (targets.has(node) || parentsOf(node).some((parent) => parent !== undefined && needed.has(parent)))
      needed.add(node);
  }
  return needed;
}
