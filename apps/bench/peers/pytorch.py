"""PyTorch, on one thread: the protocol is that of src/speed/peers/serve.ts."""

import base64
import json
import os
import resource
import signal
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
import numpy
import torch
from torch import nn

torch.set_num_threads(1)
# Ctrl-C reaches all processes of a terminal: whoever asks decides when this one ends.
signal.signal(signal.SIGINT, signal.SIG_IGN)
answers = os.fdopen(3, "w")


def blas():
    """The library that multiplies matrices, by what this process has loaded."""
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if "/" in line}
    names = [os.path.basename(os.path.realpath(file)) for file in files]
    for word, name in (("mkl_core", "MKL"), ("mkl_rt", "MKL"), ("openblas", "OpenBLAS"), ("blis", "BLIS"), ("libblas", "reference BLAS")):
        for found in names:
            if word in found:
                return name, found
    return ("MKL", "linked statically") if "BLAS_INFO=mkl" in torch.__config__.show() else ("unknown BLAS", "")


def version():
    config = torch.__config__.show()
    width = next((line.split(":")[1].strip() for line in config.split("\n") if "CPU capability usage" in line), "unknown")
    name, file = blas() if os.path.exists("/proc/self/maps") else ("unknown BLAS", "")
    notes = [f"{name} ({file}), own loops {width}, one thread"]
    ready = {"version": f"{torch.__version__}, {name}", "notes": notes}
    if name == "reference BLAS":
        ready["slow"] = "this BLAS is netlib's plain loops; install an optimised one, such as libopenblas0"
    return ready


class Cannot(Exception):
    pass


layers = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def sequence(job, arrays):
    if job["cell"] not in layers:
        raise Cannot("nn.GRU resets after the product only")
    layer = layers[job["cell"]](job["I"], job["H"])
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(layer, f"{name}_l0").copy_(arrays[name])
    states = [arrays[name].unsqueeze(0).requires_grad_(job["kind"] == "train") for name in ("h", "c") if name in arrays]
    initial = tuple(states) if len(states) == 2 else states[0]
    x = arrays["x"]
    if job["kind"] == "infer":

        def run():
            with torch.no_grad():
                return layer(x, initial)[0]

        return run, lambda output: {"output": output, "h": output[-1]}
    dy = arrays["dy"]

    def run():
        layer.zero_grad(set_to_none=True)
        for state in states:
            state.grad = None
        output, _ = layer(x, initial)
        output.backward(dy)
        return output

    def result(output):
        gradients = {name: getattr(layer, f"{name}_l0").grad for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        return {"output": output.detach(), **gradients, **{name: state.grad for name, state in zip(("h", "c"), states)}}

    return run, result


def model(job, arrays):
    """A language model: embedding, LSTM, linear, cross entropy, Adam."""
    embedding = nn.Embedding(job["V"], job["I"])
    lstm = nn.LSTM(job["I"], job["H"])
    head = nn.Linear(job["H"], job["V"])
    with torch.no_grad():
        embedding.weight.copy_(arrays["embedding"])
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(lstm, f"{name}_l0").copy_(arrays[name])
        head.weight.copy_(arrays["head"])
        head.bias.zero_()
    parameters = [*embedding.parameters(), *lstm.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=job["lr"])
    tokens, targets = arrays["tokens"].long(), arrays["targets"].long().reshape(-1)

    def run():
        output, _ = lstm(embedding(tokens))
        loss = nn.functional.cross_entropy(head(output).reshape(-1, job["V"]), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run, lambda loss: {"loss": torch.tensor([loss]), "next": torch.tensor([run()])}


def prepare(job):
    arrays = {
        name: torch.from_numpy(numpy.frombuffer(base64.b64decode(value["data"]), dtype=numpy.float32).reshape(value["shape"]).copy())
        for name, value in job["arrays"].items()
    }
    return model(job, arrays) if job["kind"] == "model" else sequence(job, arrays)


def encode(tensor):
    return base64.b64encode(tensor.contiguous().numpy().astype(numpy.float32).tobytes()).decode()


def send(message):
    answers.write(json.dumps(message) + "\n")
    answers.flush()


# Below this many seconds a call is short enough to fill the caches by one more before the timed ones.
SHORT_CALL = 0.05

send({"ready": version()})
slots = {}
for line in sys.stdin:
    request = json.loads(line)
    slot = request.get("slot")
    try:
        if request["do"] == "prepare":
            slots.pop(slot, None)
            start = time.perf_counter()
            run, result = prepare(request["job"])
            value = run()
            cold = time.perf_counter() - start
            slots[slot] = [run, float("inf")]
            answer = {"cold": cold, "result": {name: encode(tensor) for name, tensor in result(value).items()}}
        elif request["do"] == "time":
            run, last = slots[slot]
            # Others had the machine meanwhile.
            if last < SHORT_CALL:
                run()
            start = time.perf_counter()
            for _ in range(request["calls"]):
                run()
            seconds = time.perf_counter() - start
            slots[slot][1] = seconds / request["calls"]
            answer = {"seconds": seconds}
        elif request["do"] == "drop":
            del slots[slot]
            answer = {}
        else:
            answer = {"bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
        send({"id": request["id"], **answer})
    except Cannot as reason:
        send({"id": request["id"], "cannot": str(reason)})
    except Exception as error:
        send({"id": request["id"], "error": f"{type(error).__name__}: {error}"})
