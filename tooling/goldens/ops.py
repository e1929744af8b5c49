"""Golden values of the ops of packages/tensor, computed by PyTorch.

Needs Python 3 with torch (1.13 was used). Run from the root of the repository:

    python3 tooling/goldens/ops.py
    npx biome format --write packages/tensor/src/goldens

Writes packages/tensor/src/goldens/ops.json: a list of calls, each with the function, its arguments and what it gives.
A tensor is one string of dtype, shape and values, such as "float64[2,2] 1 0.5 NaN -0", as JavaScript's Number reads them.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

OUT = pathlib.Path("packages/tensor/src/goldens/ops.json")
NAMES = {torch.float64: "float64", torch.float32: "float32", torch.int64: "int32", torch.int32: "int32", torch.bool: "bool"}
calls = []
inf, nan = math.inf, math.nan


def text(v):
    """A number as JavaScript writes it."""
    if isinstance(v, float):
        if math.isnan(v):
            return "NaN"
        if math.isinf(v):
            return "Infinity" if v > 0 else "-Infinity"
        if v.is_integer() and abs(v) < 1e15:
            return "-0" if math.copysign(1, v) < 0 and v == 0 else str(int(v))
    return repr(v) if isinstance(v, float) else str(int(v))


def encode(x):
    if isinstance(x, torch.Tensor):
        shape = ",".join(str(n) for n in x.shape)
        return " ".join([f"{NAMES[x.dtype]}[{shape}]", *(text(v) for v in x.flatten().tolist())])
    if isinstance(x, (list, tuple)):
        return [encode(v) for v in x]
    if isinstance(x, dict):
        return {k: encode(v) for k, v in x.items()}
    return x


def call(fn, args, out):
    calls.append({"fn": fn, "args": encode(args), "out": encode(out)})


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


def ints(*values):
    return torch.tensor(values, dtype=torch.int32)


def grid(*shape, seed=0, dtype=torch.float64):
    g = torch.Generator().manual_seed(seed)
    return torch.randint(-64, 64, shape, generator=g).to(dtype) / 32


special = f64(0, -0.0, 0.5, -0.5, 1, -1, 2.5, -2.5, 20, -20, 88, -88, 700, -700, 1000, -1000, inf, -inf, nan)
tiny = f64(1e-5, -1e-5, 1e-9, -1e-9, 1e-20, 1e-300, -1e-300, 5e-324)
dense = torch.linspace(-3, 3, 25, dtype=torch.float64)
every = torch.cat([special, tiny, dense])


def softplus(x):
    """PyTorch's own returns x above its threshold; 40 is where the difference falls below one unit in the last place."""
    return F.softplus(x, threshold=40)


def elementwise():
    unary = {
        "exp": torch.exp, "expm1": torch.expm1, "log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt,
        "abs": torch.abs, "floor": torch.floor, "round": torch.round, "neg": torch.neg, "tanh": torch.tanh,
        "sigmoid": torch.sigmoid, "relu": torch.relu, "silu": F.silu, "softplus": softplus,
        "logSigmoid": F.logsigmoid, "hardSigmoid": F.hardsigmoid, "gelu": F.gelu, "elu": F.elu, "erf": torch.erf,
        "leakyRelu": F.leaky_relu, "isNaN": torch.isnan, "isFinite": torch.isfinite,
    }
    for name, fn in unary.items():
        call(name, [every], fn(every))
    finite = every[torch.isfinite(every)]
    call("sin", [finite], torch.sin(finite))
    call("cos", [finite], torch.cos(finite))
    call("sign", [every[:-1][~torch.isnan(every[:-1])]], torch.sign(every[:-1][~torch.isnan(every[:-1])]))
    call("leakyRelu", [dense, 0.25], F.leaky_relu(dense, 0.25))
    call("elu", [dense, 0.5], F.elu(dense, 0.5))
    erf_points = torch.cat([torch.linspace(-6.5, 6.5, 105, dtype=torch.float64), f64(0.84375, 1.25, 1 / 0.35, 6, 1e-17)])
    call("erf", [erf_points], torch.erf(erf_points))
    halves = f64(-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.49999999999999994, 4503599627370497.0, -0.3)
    call("round", [halves], torch.round(halves))
    call("clamp", [every, -0.75, 2.0], torch.clamp(every, -0.75, 2.0))
    call("clamp", [every, 2.0, -0.75], torch.clamp(every, 2.0, -0.75))
    single = every.to(torch.float32)
    for name in ("tanh", "expm1", "sigmoid", "erf", "exp"):
        call(name, [single], unary[name](single))


def arithmetic():
    a, b = torch.meshgrid(special, f64(0, -0.0, 1, -2, 0.5, inf, -inf, nan), indexing="ij")
    a, b = a.reshape(-1), b.reshape(-1)
    for name, fn in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div,
                     "maximum": torch.maximum, "minimum": torch.minimum}.items():
        call(name, [a, b], fn(a, b))
    for name, fn in {"equal": torch.eq, "notEqual": torch.ne, "less": torch.lt, "lessEqual": torch.le,
                     "greater": torch.gt, "greaterEqual": torch.ge}.items():
        call(name, [a, b], fn(a, b))
    base, exponent = torch.meshgrid(f64(0, -0.0, 1, -1, 2, -2, 0.5, 9.7, inf, -inf, nan),
                                    f64(0, 1, 2, 3, -1, -2, 0.5, -0.5, 1 / 3, -7.25, 40, inf, -inf, nan), indexing="ij")
    base, exponent = base.reshape(-1), exponent.reshape(-1)
    call("pow", [base, exponent], torch.pow(base, exponent))
    call("pow", [dense, 2], torch.pow(dense, 2))
    call("pow", [2, dense], torch.pow(2, dense))
    x, y = grid(2, 1, 3, seed=1), grid(4, 1, seed=2)
    for name, fn in {"add": torch.add, "sub": torch.sub, "mul": torch.mul}.items():
        call(name, [x, y], fn(x, y))
    call("sub", [1, dense], 1 - dense)
    call("add", [ints(1, 2, -3), ints(10, 20, 30)], ints(11, 22, 27))
    mask = torch.tensor([True, False, True, False])
    picked, other = f64(1, nan, 3, inf), f64(nan, 20, -inf, 40)
    call("where", [mask, picked, other], torch.where(mask, picked, other))
    rows = torch.tensor([[True], [False]])
    call("where", [rows, grid(2, 3, seed=3), grid(3, seed=4)], torch.where(rows, grid(2, 3, seed=3), grid(3, seed=4)))
    p, q = torch.tensor([[True], [False]]), torch.tensor([True, False])
    for name, fn in {"logicalAnd": torch.logical_and, "logicalOr": torch.logical_or, "logicalXor": torch.logical_xor}.items():
        call(name, [p, q], fn(p, q))
    call("logicalNot", [q], torch.logical_not(q))
    call("cast", [f64(1.9, -1.9, 0, -0.5, 2147483647), "int32"], f64(1.9, -1.9, 0, -0.5, 2147483647).to(torch.int32))
    call("cast", [f64(0, -0.0, 0.1, nan, inf), "bool"], f64(0, -0.0, 0.1, nan, inf).to(torch.bool))
    call("cast", [f64(0.1, 1e-50, 1e300, nan), "float32"], f64(0.1, 1e-50, 1e300, nan).to(torch.float32))


def reductions():
    x = grid(2, 3, 4, seed=5)
    with_nan = x.clone()
    with_nan[0, 1, 2] = nan
    for dims in ([0], [1], [-1], [0, 2], [0, 1, 2]):
        for keep in (False, True):
            options = {"keepDim": keep}
            for v in (x, with_nan) if not keep else (x,):
                call("sum", [v, dims, options], torch.sum(v, dims, keepdim=keep))
                call("mean", [v, dims, options], torch.mean(v, dims, keepdim=keep))
                call("max", [v, dims, options], torch.amax(v, dims, keepdim=keep))
                call("min", [v, dims, options], torch.amin(v, dims, keepdim=keep))
                call("logSumExp", [v, dims, options], torch.logsumexp(v, dims, keepdim=keep))
            for correction in (0, 1):
                opts = {"keepDim": keep, "correction": correction}
                call("variance", [x, dims, opts], torch.var(x, dims, correction=correction, keepdim=keep))
                call("std", [x, dims, opts], torch.std(x, dims, correction=correction, keepdim=keep))
    call("variance", [f64(3), 0], f64(nan).reshape([]))
    far = f64(1e9 + 1, 1e9 + 2, 1e9 + 4)
    call("variance", [far], torch.var(far))
    bools = torch.tensor([[True, False, True], [True, True, True]])
    for d in (0, 1):
        call("any", [bools, d], torch.any(bools, d))
        call("all", [bools, d], torch.all(bools, d))
    call("sum", [bools, 0], torch.sum(bools, 0))
    call("sum", [ints(1, 2, 3)], torch.sum(ints(1, 2, 3)))
    call("sum", [torch.zeros(0, 3, dtype=torch.float64), 0], torch.zeros(3, dtype=torch.float64))
    extreme = torch.stack([f64(1000, 1000, -1000), f64(-1000, -1000, -1000), f64(-inf, 0, -inf), f64(0, inf, 1),
                           f64(-inf, -inf, -inf), f64(1, nan, 2)])
    call("logSumExp", [extreme, 1], torch.logsumexp(extreme, 1))
    call("softmax", [extreme, 1], torch.softmax(extreme, 1))
    call("logSoftmax", [extreme, 1], torch.log_softmax(extreme, 1))
    for d in (0, 1, -1):
        call("softmax", [x, d], torch.softmax(x, d))
        call("logSoftmax", [x, d], torch.log_softmax(x, d))
        call("cumsum", [x, d], torch.cumsum(x, d))
    call("cumsum", [f64(1, nan, 2), 0], torch.cumsum(f64(1, nan, 2), 0))


def sorting():
    ties = torch.stack([f64(2, 1, 2, nan, 1, -0.0, 0.0), f64(inf, nan, -inf, nan, 3, 3, -1)])
    for descending in (False, True):
        values, indices = torch.sort(ties, dim=-1, descending=descending, stable=True)
        call("sort", [ties, -1, {"descending": descending}], {"values": values, "indices": indices})
        call("argsort", [ties, -1, {"descending": descending}], indices)
        flipped = ties.T.contiguous()
        values, indices = torch.sort(flipped, dim=0, descending=descending, stable=True)
        call("sort", [flipped, 0, {"descending": descending}], {"values": values, "indices": indices})
    # topk of PyTorch does not say which of equal values it takes, so these have none.
    x = torch.stack([f64(2, 7, nan, -1, 5), f64(3, -inf, 4, 8, inf)])
    for largest in (True, False):
        values, indices = torch.topk(x, 3, dim=-1, largest=largest)
        call("topk", [x, 3, -1, {"largest": largest}], {"values": values, "indices": indices})
    for name, fn in {"argmax": torch.argmax, "argmin": torch.argmin}.items():
        call(name, [x, 1], fn(x, 1))
        call(name, [x, 0], fn(x, 0))
        call(name, [x], fn(x))
    # Of equal values the first, which PyTorch 1.13 gives for these but does not promise.
    call("argmax", [f64(1, 3, 3, 2), 0], ints(1).reshape([]))
    call("argmin", [f64(3, 1, 1, 2), 0], ints(1).reshape([]))


def indexing():
    x, index = grid(3, 4, seed=6), torch.tensor([[0, 3], [1, 1], [3, 0]])
    call("gather", [x, 1, index], torch.gather(x, 1, index))
    rows = torch.tensor([[2, 0, 1], [0, 0, 2]])
    call("gather", [x, 0, rows], torch.gather(x, 0, rows))
    source = grid(3, 2, seed=7)
    call("scatterAdd", [x, 1, index, source], torch.scatter_add(x, 1, index, source))
    twice = torch.tensor([[0, 0], [1, 1], [2, 2]])
    call("scatterAdd", [x, 1, twice, source], torch.scatter_add(x, 1, twice, source))
    pick = torch.tensor([2, 0, 2])
    call("indexSelect", [x, 0, pick], torch.index_select(x, 0, pick))
    call("indexSelect", [x, 1, pick], torch.index_select(x, 1, pick))
    call("indexAdd", [x, 0, pick, grid(3, 4, seed=8)], torch.index_add(x, 0, pick, grid(3, 4, seed=8)))
    call("indexAdd", [x, 1, pick, grid(3, 3, seed=8)], torch.index_add(x, 1, pick, grid(3, 3, seed=8)))
    call("oneHot", [torch.tensor([[0, 2], [1, 1]]), 3, {"dtype": "int32"}], F.one_hot(torch.tensor([[0, 2], [1, 1]]), 3))


def products():
    for a, b in (([2, 3], [3, 4]), ([3], [3]), ([3], [3, 2]), ([2, 3], [3]), ([2, 2, 3], [3]), ([3], [2, 3, 2]),
                 ([2, 2, 3], [3, 2]), ([2, 3], [2, 3, 2]), ([2, 2, 3], [2, 3, 2]), ([2, 1, 2, 3], [3, 3, 2]),
                 ([5, 7], [7, 9]), ([1, 6], [6, 1]), ([2, 0], [0, 3]), ([0, 3], [3, 2])):
        x, y = grid(*a, seed=9), grid(*b, seed=10)
        call("matmul", [x, y], torch.matmul(x, y))
    x, y = grid(3, 5, seed=11), grid(3, 6, seed=12)
    call("matmul", [x, y, {"transposeA": True}], x.T @ y)
    x, y = grid(5, 3, seed=11), grid(6, 3, seed=12)
    call("matmul", [x, y, {"transposeB": True}], x @ y.T)
    x, y = grid(2, 3, 5, seed=13), grid(6, 3, seed=14)
    call("matmul", [x, y, {"transposeA": True, "transposeB": True}], x.transpose(1, 2) @ y.T)


def movement():
    x = grid(2, 3, 4, seed=15)
    call("permute", [x, [2, 0, 1]], x.permute(2, 0, 1))
    call("permute", [x, [-1, -2, -3]], x.permute(-1, -2, -3))
    call("transpose", [x], x.transpose(-2, -1))
    call("transpose", [x, 0, 2], x.transpose(0, 2))
    call("reshape", [x, [4, -1]], x.reshape(4, -1))
    call("squeeze", [grid(1, 3, 1, seed=16)], grid(1, 3, 1, seed=16).squeeze())
    call("squeeze", [grid(1, 3, 1, seed=16), 0], grid(1, 3, 1, seed=16).squeeze(0))
    call("unsqueeze", [x, -1], x.unsqueeze(-1))
    call("broadcastTo", [grid(3, 1, seed=17), [2, 3, 4]], grid(3, 1, seed=17).expand(2, 3, 4))
    call("flip", [x, [0, 2]], x.flip(0, 2))
    call("flip", [x, 1], x.flip(1))
    call("pad", [x, -1, 1, 2], F.pad(x, (1, 2)))
    call("pad", [x, 1, 0, 2, 5], F.pad(x, (0, 0, 0, 2), value=5))
    call("tril", [x], x.tril())
    call("tril", [x, 1], x.tril(1))
    call("tril", [x, -1], x.tril(-1))
    call("slice", [x, 1, 0, None, 2], x[:, ::2])
    call("slice", [x, 2, 1, -1], x[:, :, 1:-1])
    call("slice", [x, 2, -3, 100, 2], x[:, :, -3:100:2])
    call("slice", [x, 0, 1], x[1:])
    call("slice", [x, 1, 5], x[:, 5:])
    call("select", [x, 1, -1], x.select(1, -1))
    call("cat", [[x, grid(2, 1, 4, seed=18)], 1], torch.cat([x, grid(2, 1, 4, seed=18)], 1))
    call("stack", [[grid(2, seed=1), grid(2, seed=2)], -1], torch.stack([grid(2, seed=1), grid(2, seed=2)], -1))
    call("split", [x, 3, 2], list(torch.split(x, 3, 2)))
    call("split", [x, [1, 3], 2], list(torch.split(x, [1, 3], 2)))
    for n in (2, 3, 4, 6, 7):
        call("chunk", [grid(10, seed=19), n], list(torch.chunk(grid(10, seed=19), n)))
    call("unbind", [grid(2, 3, seed=20), 1], list(torch.unbind(grid(2, 3, seed=20), 1)))


def constructors():
    float64 = {"dtype": "float64"}
    for args in ((0, 5, 1), (1, 2, 0.25), (5, -3, -2), (0, 1, 0.1), (0, 0, 1)):
        call("arange", [*args, float64], torch.arange(*args, dtype=torch.float64))
    for args in ((0, 1, 11), (-3, 7, 8), (0, 0.7, 8), (5, 5, 3), (2, -2, 1), (1, 2, 0)):
        call("linspace", [*args, float64], torch.linspace(*args, dtype=torch.float64))
    call("linspace", [0, 1, 7], torch.linspace(0, 1, 7))
    call("eye", [3], torch.eye(3))
    call("eye", [2, 3, {"dtype": "int32"}], torch.eye(2, 3, dtype=torch.int32))


for part in (elementwise, arithmetic, reductions, sorting, indexing, products, movement, constructors):
    part()
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(calls))
print(f"{len(calls)} calls, {OUT.stat().st_size} bytes")
