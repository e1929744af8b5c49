"""Golden files of packages/nn: layers and losses with their gradients, by PyTorch in float64.

Needs Python 3 with torch (1.13 was used). Run from the root of the repository:

    python3 tooling/goldens/nn.py
    npx biome format --write packages/nn/src/goldens

Writes, below packages/nn/src/goldens:
    losses.json     options, inputs, output and the gradient of sum(output * direction) for each loss
    layers.json     the same for Linear, Embedding (padding, tied weight) and LayerNorm
    init.json       gains, and the standard deviations that the initialisers aim at
A NaN is written as null.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

OUT = pathlib.Path("packages/nn/src/goldens")
torch.manual_seed(20)
torch.set_default_dtype(torch.float64)


def dump(x):
    values = [None if isinstance(v, float) and math.isnan(v) else v for v in x.detach().flatten().tolist()]
    return {"shape": list(x.shape), "data": values}


def differentiate(fn, leaves):
    """The output of fn, a random direction, and the gradients of sum(output * direction)."""
    for leaf in leaves.values():
        leaf.requires_grad_()
        leaf.grad = None
    output = fn()
    direction = torch.randn(output.shape)
    (output * direction).sum().backward()
    return {
        "output": dump(output),
        "direction": dump(direction),
        "gradients": {name: dump(leaf.grad) for name, leaf in leaves.items()},
    }


def loss_case(loss, fn, options, input, target, **tensors):
    case = {"loss": loss, "options": options, "input": dump(input), "target": dump(target)}
    case["indices"] = target.dtype == torch.int64
    case["tensors"] = {name: dump(x) for name, x in tensors.items()}
    case.update(differentiate(fn, {"input": input}))
    return case


def loss_cases():
    cases = []
    reductions = ["mean", "sum", "none"]
    ignored = torch.tensor([2, 0, 3, 3, 1, 0])
    for reduction in reductions:
        for smoothing in [0.0, 0.3]:
            for ignore in [None, 3]:
                for use_weight in [False, True]:
                    weight = torch.rand(5) + 0.5 if use_weight else None
                    tensors = {"weight": weight} if use_weight else {}
                    options = {"reduction": reduction, "labelSmoothing": smoothing}
                    kwargs = {"reduction": reduction, "label_smoothing": smoothing, "weight": weight}
                    if ignore is not None:
                        options["ignoreIndex"] = ignore
                        kwargs["ignore_index"] = ignore
                    x = torch.randn(6, 5) * 3
                    cases.append(loss_case("crossEntropy", lambda: F.cross_entropy(x, ignored, **kwargs),
                                           options, x, ignored, **tensors))
                    if smoothing == 0:
                        p = torch.randn(6, 5).log_softmax(1)
                        nll = {key: value for key, value in kwargs.items() if key != "label_smoothing"}
                        without = {key: value for key, value in options.items() if key != "labelSmoothing"}
                        cases.append(loss_case("nll", lambda: F.nll_loss(p, ignored, **nll),
                                               without, p, ignored, **tensors))
                weight = torch.rand(5) + 0.5
                if ignore is None:
                    x = torch.randn(6, 5) * 3
                    probabilities = torch.randn(6, 5).softmax(1)
                    cases.append(loss_case(
                        "crossEntropy",
                        lambda: F.cross_entropy(x, probabilities, weight=weight, reduction=reduction,
                                                label_smoothing=smoothing),
                        {"reduction": reduction, "labelSmoothing": smoothing}, x, probabilities, weight=weight))
        # The class axis where PyTorch has it, and one row alone.
        x = torch.randn(2, 4, 3)
        t = torch.tensor([[0, 3, -100], [2, 2, 1]])
        cases.append(loss_case("crossEntropy", lambda: F.cross_entropy(x, t, reduction=reduction),
                               {"reduction": reduction, "classDim": 1}, x, t))
        probabilities = torch.randn(2, 4, 3).softmax(1)
        cases.append(loss_case("crossEntropy", lambda: F.cross_entropy(x, probabilities, reduction=reduction),
                               {"reduction": reduction, "classDim": 1}, x, probabilities))
        x1 = torch.randn(4)
        t1 = torch.tensor(2)
        cases.append(loss_case("crossEntropy", lambda: F.cross_entropy(x1, t1, reduction=reduction),
                               {"reduction": reduction}, x1, t1))
        x = torch.randn(2, 3)
        none = torch.full((2,), -100)
        cases.append(loss_case("crossEntropy", lambda: F.cross_entropy(x, none, reduction=reduction),
                               {"reduction": reduction}, x, none))

        x = torch.cat([torch.randn(3, 4) * 3, torch.tensor([[60.0, -60.0, 0.0, 1000.0]])])
        t = torch.rand(4, 4)
        for names in [[], ["posWeight"], ["weight"], ["posWeight", "weight"]]:
            tensors = {name: torch.rand(4) + 0.5 for name in names}
            cases.append(loss_case(
                "binaryCrossEntropyWithLogits",
                lambda: F.binary_cross_entropy_with_logits(x, t, reduction=reduction, weight=tensors.get("weight"),
                                                           pos_weight=tensors.get("posWeight")),
                {"reduction": reduction}, x, t, **tensors))
        x = torch.randn(3, 4) * 2
        t = torch.randn(3, 4)
        t[0, 0] = x[0, 0]
        cases.append(loss_case("mse", lambda: F.mse_loss(x, t, reduction=reduction), {"reduction": reduction}, x, t))
        cases.append(loss_case("l1", lambda: F.l1_loss(x, t, reduction=reduction), {"reduction": reduction}, x, t))
        for delta in [1.0, 0.3, 3.0]:
            cases.append(loss_case("huber", lambda: F.huber_loss(x, t, reduction=reduction, delta=delta),
                                   {"reduction": reduction, "delta": delta}, x, t))
    return cases


def layer_cases():
    x = torch.randn(2, 4, 3)
    linear = torch.nn.Linear(3, 5)
    no_bias = torch.nn.Linear(3, 5, bias=False)
    leaves = {"x": x, "weight": linear.weight, "bias": linear.bias}
    cases = [
        {"layer": "Linear", "args": [3, 5], "options": {}, "inputs": {name: dump(v) for name, v in leaves.items()},
         **differentiate(lambda: linear(x), leaves)},
        {"layer": "Linear", "args": [3, 5], "options": {"bias": False},
         "inputs": {"x": dump(x), "weight": dump(no_bias.weight)},
         **differentiate(lambda: no_bias(x), {"x": x, "weight": no_bias.weight})},
    ]
    for shape, options in [([3], {}), ([4, 3], {"eps": 0.1}), ([3], {"elementwiseAffine": False})]:
        affine = options.get("elementwiseAffine", True)
        norm = torch.nn.LayerNorm(shape, eps=options.get("eps", 1e-5), elementwise_affine=affine)
        leaves = {"x": x}
        if affine:
            with torch.no_grad():
                norm.weight.copy_(torch.randn(shape))
                norm.bias.copy_(torch.randn(shape))
            leaves.update({"weight": norm.weight, "bias": norm.bias})
        cases.append({"layer": "LayerNorm", "args": [shape], "options": options,
                      "inputs": {name: dump(v) for name, v in leaves.items()},
                      **differentiate(lambda: norm(x), leaves)})
    index = torch.tensor([[1, 0, 3], [3, 2, 0]])
    for options in [{}, {"paddingIdx": 0}, {"paddingIdx": -1}]:
        embedding = torch.nn.Embedding(4, 3, padding_idx=options.get("paddingIdx"))
        with torch.no_grad():
            embedding.weight.copy_(torch.randn(4, 3))
        cases.append({"layer": "Embedding", "args": [4, 3], "options": options,
                      "inputs": {"index": dump(index), "weight": dump(embedding.weight)},
                      **differentiate(lambda: embedding(index), {"weight": embedding.weight})})
    embedding = torch.nn.Embedding(4, 3, padding_idx=0)
    with torch.no_grad():
        embedding.weight.copy_(torch.randn(4, 3))
    tied = torch.nn.Linear(3, 4, bias=False)
    tied.weight = embedding.weight
    cases.append({"layer": "tied", "args": [4, 3], "options": {"paddingIdx": 0},
                  "inputs": {"index": dump(index), "weight": dump(embedding.weight)},
                  **differentiate(lambda: tied(torch.tanh(embedding(index))), {"weight": embedding.weight})})
    return cases


def init():
    gains = {
        "linear": torch.nn.init.calculate_gain("linear"),
        "sigmoid": torch.nn.init.calculate_gain("sigmoid"),
        "tanh": torch.nn.init.calculate_gain("tanh"),
        "relu": torch.nn.init.calculate_gain("relu"),
        "leakyRelu": torch.nn.init.calculate_gain("leaky_relu"),
        "selu": torch.nn.init.calculate_gain("selu"),
    }
    spreads = []
    # The largest of a million uniform values, and their deviation, show the bounds that PyTorch draws from.
    for shape in [[500, 200], [50, 20, 10]]:
        fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
        spreads.append({
            "shape": shape, "fanIn": fan_in, "fanOut": fan_out,
            "xavierUniform": torch.nn.init.xavier_uniform_(torch.empty(shape), gain=2).std().item(),
            "xavierNormal": torch.nn.init.xavier_normal_(torch.empty(shape), gain=2).std().item(),
            "kaimingUniform": torch.nn.init.kaiming_uniform_(torch.empty(shape), a=math.sqrt(5)).std().item(),
            "kaimingNormal": torch.nn.init.kaiming_normal_(torch.empty(shape), mode="fan_out", nonlinearity="tanh").std().item(),
        })
    return {"gains": gains, "spreads": spreads}


OUT.mkdir(parents=True, exist_ok=True)
for name, value in [("losses", loss_cases()), ("layers", layer_cases()), ("init", init())]:
    (OUT / f"{name}.json").write_text(json.dumps(value) + "\n")
