"""Golden files of packages/optim, by PyTorch in float64.

Needs Python 3 with torch (1.13 was used). Run from the root of the repository:

    python3 tooling/goldens/optim.py
    npx biome format --write packages/optim/src/goldens

Writes, below packages/optim/src/goldens:
    optimizers.json     two parameters over 20 steps of given gradients, for many combinations of options
    tied.json           three AdamW steps with weight decay on a tied, an unused and a sometimes unused parameter
    schedules.json      factors of the learning rate for every step
baseline.json there is not written by this script; it says where its numbers come from.
"""

import json
import pathlib

import torch
from torch.optim import lr_scheduler

OUT = pathlib.Path("packages/optim/src/goldens")
torch.manual_seed(21)
torch.set_default_dtype(torch.float64)
STEPS = 20

COMBINATIONS = [
    ("SGD", [
        {"lr": 0.1}, {"lr": 0.1, "weight_decay": 0.05}, {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}, {"lr": 0.05, "momentum": 0.8, "nesterov": True},
        {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
    ]),
    ("Adam", [
        {}, {"lr": 0.1}, {"lr": 0.1, "betas": [0.8, 0.95]}, {"lr": 0.1, "eps": 0.01}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "amsgrad": True}, {"lr": 0.1, "amsgrad": True, "betas": [0.5, 0.6], "weight_decay": 0.1},
        {"lr": 0.1, "betas": [0.0, 0.0]},
    ]),
    ("AdamW", [
        {}, {"lr": 0.1}, {"lr": 0.1, "weight_decay": 0.3}, {"lr": 0.1, "weight_decay": 0.0},
        {"lr": 0.1, "amsgrad": True, "betas": [0.5, 0.6]}, {"lr": 0.1, "eps": 0.1, "weight_decay": 0.3},
    ]),
    ("RMSprop", [
        {}, {"lr": 0.1, "alpha": 0.9}, {"lr": 0.1, "eps": 0.01}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "centered": True}, {"lr": 0.1, "centered": True, "momentum": 0.5},
    ]),
    ("Adagrad", [
        {}, {"lr": 0.1}, {"lr": 0.1, "lr_decay": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "initial_accumulator_value": 0.5}, {"lr": 0.1, "eps": 0.1},
    ]),
]


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def optimizers():
    start = [torch.randn(3), torch.randn(2, 2)]
    # The second parameter is not reached in every third step.
    gradients = [[torch.randn(3), None if t % 3 == 1 else torch.randn(2, 2)] for t in range(STEPS)]
    cases = []
    for name, combinations in COMBINATIONS:
        for options in combinations:
            parameters = [torch.nn.Parameter(x.clone()) for x in start]
            kwargs = {key: tuple(value) if key == "betas" else value for key, value in options.items()}
            optimizer = getattr(torch.optim, name)(parameters, **kwargs)
            snapshots = []
            for step in gradients:
                for parameter, gradient in zip(parameters, step):
                    parameter.grad = None if gradient is None else gradient.clone()
                optimizer.step()
                snapshots.append([parameter.detach().flatten().tolist() for parameter in parameters])
            cases.append({
                "optimizer": name,
                "options": {camel(key): value for key, value in options.items()},
                "after": {str(t): snapshots[t - 1] for t in [1, 2, 3, 5, 10, 20]},
            })
    # Groups with rates of their own.
    parameters = [torch.nn.Parameter(x.clone()) for x in start]
    optimizer = torch.optim.AdamW(
        [{"params": [parameters[0]]}, {"params": [parameters[1]], "lr": 0.01, "weight_decay": 0.0}],
        lr=0.1, weight_decay=0.2)
    for step in gradients:
        for parameter, gradient in zip(parameters, step):
            parameter.grad = None if gradient is None else gradient.clone()
        optimizer.step()
    return {
        "start": [x.flatten().tolist() for x in start],
        "gradients": [[None if g is None else g.flatten().tolist() for g in step] for step in gradients],
        "cases": cases,
        "groups": [parameter.detach().flatten().tolist() for parameter in parameters],
    }


def tied():
    start = {"tied": torch.randn(5, 3), "unused": torch.randn(2), "sometimes": torch.randn(3)}
    parameters = {name: torch.nn.Parameter(x.clone()) for name, x in start.items()}
    index = torch.tensor([0, 2, 2, 4])
    target = torch.tensor([1, 2, 0, 4])
    optimizer = torch.optim.AdamW(list(parameters.values()), lr=0.1, weight_decay=0.2)
    after = []
    for step in range(3):
        optimizer.zero_grad(set_to_none=True)
        hidden = torch.tanh(parameters["tied"][index])
        if step != 1:
            hidden = hidden * parameters["sometimes"]
        logits = hidden @ parameters["tied"].t()
        torch.nn.functional.cross_entropy(logits, target).backward()
        optimizer.step()
        after.append({name: x.detach().flatten().tolist() for name, x in parameters.items()})
    return {
        "start": {name: {"shape": list(x.shape), "data": x.flatten().tolist()} for name, x in start.items()},
        "index": index.tolist(), "target": target.tolist(), "options": {"lr": 0.1, "weightDecay": 0.2}, "after": after,
    }


def factors(make, steps, lr=1.0):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=lr)
    schedule = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(values) < steps:
            schedule.step()
    return values


def schedules():
    def one_cycle(steps, **kwargs):
        return factors(lambda o: lr_scheduler.OneCycleLR(o, max_lr=1.0, total_steps=steps, **kwargs), steps)

    return {
        "stepDecay": factors(lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.3), 40),
        "exponential": factors(lambda o: lr_scheduler.ExponentialLR(o, gamma=0.93), 40),
        "cosine": factors(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=30, eta_min=0.05), 31),
        "linearWarmup": factors(lambda o: lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=10), 20),
        "linearWarmupDefault": factors(lambda o: lr_scheduler.LinearLR(o, total_iters=8), 12),
        "oneCycle": [
            {"options": {"steps": 40}, "factors": one_cycle(40)},
            {"options": {"steps": 37, "pctStart": 0.45, "divFactor": 10, "finalDivFactor": 100},
             "factors": one_cycle(37, pct_start=0.45, div_factor=10, final_div_factor=100)},
            {"options": {"steps": 20, "anneal": "linear"}, "factors": one_cycle(20, anneal_strategy="linear")},
            {"options": {"steps": 2}, "factors": one_cycle(2)},
        ],
        "sequence": factors(
            lambda o: lr_scheduler.SequentialLR(o, [
                lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=10),
                lr_scheduler.StepLR(o, step_size=3, gamma=0.5),
            ], milestones=[10]), 25),
        "product": factors(
            lambda o: lr_scheduler.ChainedScheduler([
                lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=10),
                lr_scheduler.ExponentialLR(o, gamma=0.9),
            ]), 25),
    }


OUT.mkdir(parents=True, exist_ok=True)
for name, value in [("optimizers", optimizers()), ("tied", tied()), ("schedules", schedules())]:
    (OUT / f"{name}.json").write_text(json.dumps(value) + "\n")
