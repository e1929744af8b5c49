"""Golden gradients of packages/autograd at kinks, ties, ends and other places where a convention decides.

Needs Python 3 with torch (1.13 was used). Run from the root of the repository:

    python3 tooling/goldens/autograd.py
    npx biome format --write packages/autograd/src/goldens

Writes packages/autograd/src/goldens/gradients.json: calls with their arguments, the gradient g of the output, and what
it makes of the gradients of all float64 arguments; `second` are the gradients of sum(gradients * weights).
"""

import json
import pathlib

import torch
import torch.nn.functional as F

OUT = pathlib.Path("packages/autograd/src/goldens/gradients.json")
NAN, INF = float("nan"), float("inf")


def number(x):
    if x != x:
        return "NaN"
    if x in (INF, -INF):
        return "Infinity" if x > 0 else "-Infinity"
    if x == 0:
        return "-0" if str(x)[0] == "-" else "0"
    return repr(x)


def text(t):
    """A tensor as `float64[2,3] 1 2 …`, as JavaScript's Number reads the values."""
    dtype = {torch.float64: "float64", torch.int64: "int32", torch.bool: "bool"}[t.dtype]
    values = [number(float(x)) for x in t.detach().double().reshape(-1).tolist()]
    return f"{dtype}[{','.join(map(str, t.shape))}] " + " ".join(values)


def upstream(shape):
    """A gradient of distinct values of both signs, none 0."""
    count = max(1, int(torch.tensor(shape).prod())) if shape else 1
    return torch.tensor([(i * 7 % 11 - 5.25) / 4 for i in range(count)], dtype=torch.float64).reshape(shape)


cases = []


def case(label, fn, args, call, second=False, g=None):
    """`fn(...args)` is called by its name in Unroll; `call` computes the same in PyTorch from the tensors among args."""
    tensors = [a.clone().requires_grad_() if torch.is_tensor(a) and a.dtype == torch.float64 else a for a in args]
    wanted = [t for t in tensors if torch.is_tensor(t) and t.requires_grad]
    out = call(*tensors)
    g = upstream(out.shape) if g is None else g
    first = torch.autograd.grad(out, wanted, g, create_graph=second)
    record = {
        "label": label,
        "fn": fn,
        "args": [text(a) if torch.is_tensor(a) else a for a in args],
        "out": text(out),
        "g": text(g),
        "gradients": [text(t) for t in first],
    }
    if second:
        weights = [upstream(t.shape).flip(0) for t in first]
        record["weights"] = [text(w) for w in weights]
        total = sum((t * w).sum() for t, w in zip(first, weights))
        record["second"] = [text(t) for t in torch.autograd.grad(total, wanted)]
    cases.append(record)


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


def main():
    signs = f64(-2, -1e-300, -0.0, 0, 1e-300, 2)
    special = f64(NAN, INF, -INF)
    case("at 0", "relu", [signs], F.relu)
    case("of special values", "relu", [special], F.relu)
    case("at 0", "leakyRelu", [signs, 0.1], lambda x, s: F.leaky_relu(x, s))
    case("of special values", "leakyRelu", [special, 0.1], lambda x, s: F.leaky_relu(x, s))
    case("at 0", "elu", [f64(-2, -0.0, 0, 2), 0.7], lambda x, a: F.elu(x, a))
    case("far out", "elu", [f64(-1000, 1000, -INF, INF), 1.0], lambda x, a: F.elu(x, a))
    case("at 0", "abs", [signs], torch.abs)
    # Of NaN, PyTorch's sign is 0; ours stays NaN.
    case("of infinities", "abs", [f64(INF, -INF)], torch.abs)
    case("is 0 everywhere", "sign", [signs], torch.sign)
    case("is 0 everywhere", "floor", [f64(-1, -0.5, 0, 2.5)], torch.floor)
    case("is 0 everywhere", "round", [f64(-1, -0.5, 0, 2.5)], torch.round)
    case("at its ends", "hardSigmoid", [f64(-3.0000001, -3, -2.9999999, 0, 2.9999999, 3, 3.0000001)], F.hardsigmoid)
    case("of special values", "hardSigmoid", [special], F.hardsigmoid)
    case("at its ends", "clamp", [f64(-1.5, -1, -0.5, 0.5, 1, 1.5), -1.0, 1.0], torch.clamp)
    case("whose ends meet", "clamp", [f64(-1, 0.5, 1), 0.5, 0.5], torch.clamp)
    case("of special values", "clamp", [special, -1.0, 1.0], torch.clamp)
    case("at 0 and below", "sqrt", [f64(0, -1, 4)], torch.sqrt)
    case("at 0 with nothing to pass on", "sqrt", [f64(0)], torch.sqrt, g=f64(0))
    case("at 0 and below", "log", [f64(0, -1, 1e-300)], torch.log)
    case("at -1 and below", "log1p", [f64(-1, -2, 1e-20)], torch.log1p)
    case("far out", "exp", [f64(-1000, 1000, 0)], torch.exp)
    case("far out", "expm1", [f64(-1000, 1000, 0, 1e-20)], torch.expm1)
    case("far out", "tanh", [f64(-1000, -20, -1e-20, 20, 1000)], torch.tanh)
    case("far out", "sigmoid", [f64(-1000, -750, -40, 0, 40, 1000)], torch.sigmoid)
    case("far out", "softplus", [f64(-1000, -40, 0, 40, 1000)], F.softplus)
    case("far out", "logSigmoid", [f64(-1000, -40, 0, 40, 1000)], F.logsigmoid)
    case("far out", "erf", [f64(-30, -6, 0, 6, 30)], torch.erf)
    case("far out", "gelu", [f64(-30, -6, 0, 6, 30)], F.gelu)
    case("far out", "silu", [f64(-700, -6, 0, 6, 700)], F.silu)

    zeros_and = f64(-2, -1, 0, 1, 2)
    for exponent in [0.0, 1.0, 2.0, 3.0, -1.0]:
        case(f"to {exponent:g}, at 0 too", "pow", [zeros_and, exponent], torch.pow)
    for exponent in [0.5, 1.5]:
        case(f"to {exponent:g}, at 0 and below", "pow", [zeros_and, exponent], torch.pow)
    case("0 to exponents of all signs", "pow", [f64(0, 0, 0, 0, 0), f64(-1, 0, 0.5, 1, 2)], torch.pow)
    case("1 to exponents of all signs", "pow", [f64(1, 1, 1), f64(-1, 0, 2)], torch.pow)
    case("2 to a power far out", "pow", [f64(2, 2), f64(-1080, 100)], torch.pow)
    case("of a number", "pow", [0.0, f64(0, 1, 2)], lambda a, b: torch.pow(f64(a), b))

    case("by 0", "div", [f64(1, 0, -1), f64(0, 0, 0)], torch.div)
    case("by something whose square vanishes", "div", [f64(1e-200, 2e-200), f64(1e-200, -1e-200)], torch.div)
    for fn, call in [("maximum", torch.maximum), ("minimum", torch.minimum)]:
        case("of equal values", fn, [f64(1, 2, 3, -0.0), f64(1, 3, 2, 0)], call)
        case("of equal infinities", fn, [f64(INF, -INF, INF), f64(INF, -INF, 1)], call)
        case("of NaN", fn, [f64(NAN, 1, NAN), f64(1, NAN, NAN)], call)
        case("of a row and a column that tie", fn, [f64(1, 2, 1).reshape(3, 1), f64(1, 2)], call)

    ties = f64(1, 3, 3, 2, 3, 0, 3, 3).reshape(2, 4)
    cube = f64(5, 1, 5, 2, 5, 0, 3, 5, 1, 1, 1, 1).reshape(2, 3, 2)
    for fn, call, sign in [("max", torch.amax, 1), ("min", torch.amin, -1)]:
        case("of ties in a row", fn, [sign * ties, 1], lambda x, d, call=call: call(x, d))
        case("of ties in a column", fn, [sign * ties, 0], lambda x, d, call=call: call(x, d))
        case("of ties over all axes", fn, [sign * ties], lambda x, call=call: call(x, (0, 1)))
        case("of ties over axes that lie apart", fn, [sign * cube, [0, 2]], lambda x, d, call=call: call(x, d))
        case("of ties over neighbouring axes", fn, [sign * cube, [1, 2]], lambda x, d, call=call: call(x, d))
        case("of equal infinities", fn, [f64(INF, -INF, INF), 0], lambda x, d, call=call: call(x, d))

    masked = f64(0.5, -INF, 1, -INF).reshape(1, 4)
    case("with impossible classes", "softmax", [masked, 1], torch.softmax)
    case("far out", "softmax", [f64(1000, 0, -1000), 0], torch.softmax)
    case("far out", "logSoftmax", [f64(1000, 0, -1000), 0], torch.log_softmax)
    case("with impossible classes", "logSumExp", [masked, 1], torch.logsumexp)
    case("of equal values", "logSumExp", [f64(1000, 1000), 0], torch.logsumexp)
    case("of one value", "variance", [f64(3, 4).reshape(2, 1), 0], lambda x, d: torch.var(x, d))
    case("of constant values", "variance", [f64(3, 3, 3), 0], lambda x, d: torch.var(x, d))
    case("of constant values", "std", [f64(3, 3, 3), 0], lambda x, d: torch.std(x, d))

    nothing = torch.tensor([True, False, True])
    case("of what is not picked", "where", [nothing, f64(1, NAN, 3), f64(NAN, 2, INF)], torch.where)
    index = torch.tensor([1, 1, 0])
    case("of one place read twice", "gather", [f64(1, 2, 3), 0, index], torch.gather)
    case("of one place written twice", "scatterAdd", [f64(1, 2), 0, index, f64(3, 4, 5)], torch.scatter_add)
    case("of one row read twice", "indexSelect", [f64(1, 2, 3, 4).reshape(2, 2), 0, index], torch.index_select)
    case("of one row written twice", "indexAdd", [f64(1, 2), 0, index, f64(3, 4, 5)], torch.index_add)

    for exponent in [2.0, 3.0, 4.0]:
        case(f"twice, to {exponent:g}, at 0", "pow", [zeros_and, exponent], torch.pow, second=True)
    case("twice, at 0", "tanh", [f64(-3, 0, 3)], torch.tanh, second=True)
    case("twice, far out", "sigmoid", [f64(-750, 0, 750)], torch.sigmoid, second=True)
    case("twice", "erf", [f64(-2, 0, 2)], torch.erf, second=True)
    case("twice", "div", [f64(1, 2), f64(3, -4)], torch.div, second=True)
    case("twice", "softmax", [f64(1, 2, 4), 0], torch.softmax, second=True)
    case("twice", "logSumExp", [f64(1, 2, 4), 0], torch.logsumexp, second=True)
    case("twice", "pow", [f64(1, 2, 0.5), f64(3, -1, 0.5)], torch.pow, second=True)

    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, indent=1) + "\n")


main()
