"""Golden values of packages/cells: outputs, final states and all gradients of recurrent layers, from PyTorch.

Needs Python 3 with torch (1.13 was used). Run from the root of the repository:

    python3 tooling/goldens/cells.py
    npx biome format --write packages/cells/src/goldens

Writes packages/cells/src/goldens/cells.json. Every case has two layers, random distinct weights, given initial states,
samples of unequal lengths in no order (packed sequences), and a loss that weights every output and final state
differently, so that a permuted gate or a swapped convention changes all numbers. All inputs are multiples of 1/256,
exact in float32, and all results are computed in float64, printed to 17 digits; the distance of PyTorch's own float32
results is printed when the script runs.

PyTorch has no GRU whose reset gate acts before the product (Cho et al., 2014; ONNX's linear_before_reset = 0), so that
case follows the formula step by step, sample by sample; the same code with the reset gate after the product is checked
against torch.nn.GRU first.
"""

import json
import pathlib

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

OUT = pathlib.Path("packages/cells/src/goldens/cells.json")
LAYERS, INPUT, HIDDEN, STEPS = 2, 3, 4, 6
LENGTHS = [4, 6, 1]


def draw(generator, *shape):
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * 128) / 256


def gru_by_hand(p, x, h0, lengths, bidirectional, reset_after):
    """A GRU from its formula, for each sample by itself. x [T, B, I], h0 [layers * directions, B, H]."""
    steps, batch, _ = x.shape
    hidden = h0.shape[2]
    directions = 2 if bidirectional else 1
    finals = [[None] * batch for _ in range(h0.shape[0])]
    columns = []
    for b in range(batch):
        below = [x[t, b] for t in range(lengths[b])]
        for layer in range(h0.shape[0] // directions):
            outputs = []
            for direction in range(directions):
                suffix = f"l{layer}" + ("_reverse" if direction else "")
                w, u = p[f"weight_ih_{suffix}"], p[f"weight_hh_{suffix}"]
                bw, bu = p[f"bias_ih_{suffix}"], p[f"bias_hh_{suffix}"]
                r_, z_, n_ = (slice(k * hidden, (k + 1) * hidden) for k in range(3))
                h = h0[layer * directions + direction, b]
                out = [None] * lengths[b]
                order = range(lengths[b])
                for t in reversed(order) if direction else order:
                    v = below[t]
                    r = torch.sigmoid(w[r_] @ v + bw[r_] + u[r_] @ h + bu[r_])
                    z = torch.sigmoid(w[z_] @ v + bw[z_] + u[z_] @ h + bu[z_])
                    inner = r * (u[n_] @ h + bu[n_]) if reset_after else u[n_] @ (r * h) + bu[n_]
                    n = torch.tanh(w[n_] @ v + bw[n_] + inner)
                    h = (1 - z) * n + z * h
                    out[t] = h
                finals[layer * directions + direction][b] = h
                outputs.append(out)
            below = [torch.cat([out[t] for out in outputs]) for t in range(lengths[b])]
        padding = [x.new_zeros(hidden * directions)] * (steps - lengths[b])
        columns.append(torch.stack(below + padding))
    return torch.stack(columns, 1), torch.stack([torch.stack(rows) for rows in finals])


def run(kind, parameters, x, state, probes, lengths, options, dtype):
    """Outputs, states and gradients of one case, by name."""
    to = lambda tensors: {k: v.to(dtype).clone().requires_grad_() for k, v in tensors.items()}
    p, s, x = to(parameters), to(state), x.to(dtype).clone().requires_grad_()
    probes = {k: v.to(dtype) for k, v in probes.items()}
    if options.get("resetAfter") is False or kind == "GRU by hand":
        after = options.get("resetAfter") is not False
        output, h = gru_by_hand(p, x, s["h"], lengths, options["bidirectional"], after)
        results = {"output": output, "h": h}
    else:
        arguments = dict(num_layers=LAYERS, bidirectional=options["bidirectional"], bias=options.get("bias", True))
        arguments["batch_first"] = options.get("batchFirst", False)
        if "nonlinearity" in options:
            arguments["nonlinearity"] = options["nonlinearity"]
        layer = getattr(torch.nn, kind)(INPUT, HIDDEN, **arguments).to(dtype)
        assert sorted(p) == sorted(dict(layer.named_parameters()))
        with torch.no_grad():
            for name, parameter in layer.named_parameters():
                parameter.copy_(p[name])
        p = dict(layer.named_parameters())
        given = (s["h"], s["c"]) if kind == "LSTM" else s["h"]
        packed = pack_padded_sequence(x, lengths, arguments["batch_first"], enforce_sorted=False)
        packed_output, final = layer(packed, given)
        output, _ = pad_packed_sequence(packed_output, arguments["batch_first"], total_length=STEPS)
        results = {"output": output, **({"h": final[0], "c": final[1]} if kind == "LSTM" else {"h": final})}
    loss = sum((results[name] * probes[name]).sum() for name in results)
    gradients = torch.autograd.grad(loss, [x, *s.values(), *p.values()])
    names = ["x", *s, *p]
    return {k: v.detach() for k, v in results.items()}, dict(zip(names, gradients))


def flat(tensor):
    """Plain numbers; whole ones without a fraction, to keep the file small."""
    return [int(v) if v == int(v) else v for v in tensor.reshape(-1).tolist()]


def case(seed, name, kind, options):
    generator = torch.Generator().manual_seed(seed)
    directions = 2 if options["bidirectional"] else 1
    gates = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    batch = len(LENGTHS)
    parameters = {}
    for layer in range(LAYERS):
        for direction in range(directions):
            suffix = f"l{layer}" + ("_reverse" if direction else "")
            below = INPUT if layer == 0 else HIDDEN * directions
            parameters[f"weight_ih_{suffix}"] = draw(generator, gates * HIDDEN, below)
            parameters[f"weight_hh_{suffix}"] = draw(generator, gates * HIDDEN, HIDDEN)
            if options.get("bias", True):
                parameters[f"bias_ih_{suffix}"] = draw(generator, gates * HIDDEN)
                parameters[f"bias_hh_{suffix}"] = draw(generator, gates * HIDDEN)
    x, probe = draw(generator, STEPS, batch, INPUT), draw(generator, STEPS, batch, HIDDEN * directions)
    if options.get("batchFirst"):
        x, probe = x.transpose(0, 1).contiguous(), probe.transpose(0, 1).contiguous()
    names = ["h", "c"] if kind == "LSTM" else ["h"]
    states = {k: draw(generator, LAYERS * directions, batch, HIDDEN) for k in names}
    probes = {"output": probe, **{k: draw(generator, LAYERS * directions, batch, HIDDEN) for k in names}}
    results, gradients = run(kind, parameters, x, states, probes, LENGTHS, options, torch.float64)
    single = run(kind, parameters, x, states, probes, LENGTHS, options, torch.float32)
    distance = max(float((a.double() - b).abs().max())
                   for ours, theirs in zip(single, (results, gradients))
                   for a, b in zip(ours.values(), theirs.values()))
    print(f"{name}: float32 in PyTorch is within {distance:.1e}")
    if kind == "GRU" and options.get("resetAfter") is not False and not options.get("batchFirst") and "bias" not in options:
        by_hand = run("GRU by hand", parameters, x, states, probes, LENGTHS, options, torch.float64)
        for ours, theirs in zip(by_hand, (results, gradients)):
            for key in theirs:
                assert torch.allclose(ours[key], theirs[key], rtol=0, atol=1e-13), key
    sizes = {"inputSize": INPUT, "hiddenSize": HIDDEN, "batch": batch, "steps": STEPS}
    return {
        "name": name, "layer": kind, **sizes, "options": {"numLayers": LAYERS, **options}, "lengths": LENGTHS,
        "parameters": {k: flat(v) for k, v in parameters.items()},
        "x": flat(x), "state": {k: flat(v) for k, v in states.items()}, "probes": {k: flat(v) for k, v in probes.items()},
        "results": {k: flat(v) for k, v in results.items()}, "gradients": {k: flat(v) for k, v in gradients.items()},
    }


CASES = [
    ("RNN, tanh", "RNN", {"bidirectional": True}),
    ("RNN, relu", "RNN", {"bidirectional": True, "nonlinearity": "relu"}),
    ("LSTM", "LSTM", {"bidirectional": True}),
    ("GRU", "GRU", {"bidirectional": True}),
    ("GRU, reset before", "GRU", {"bidirectional": True, "resetAfter": False}),
    ("LSTM, batch first", "LSTM", {"bidirectional": True, "batchFirst": True}),
    ("LSTM, no bias", "LSTM", {"bidirectional": False, "bias": False}),
    ("GRU, no bias", "GRU", {"bidirectional": False, "bias": False}),
    ("RNN, no bias", "RNN", {"bidirectional": False, "bias": False}),
]

cases = [case(seed, *of) for seed, of in enumerate(CASES, 1)]
OUT.parent.mkdir(parents=True, exist_ok=True)
lines = ",\n".join(json.dumps(of, separators=(",", ":")) for of in cases)
OUT.write_text(f'{{"torch":"{torch.__version__}","cases":[\n{lines}\n]}}\n')
print(f"{OUT}: {OUT.stat().st_size} bytes")
