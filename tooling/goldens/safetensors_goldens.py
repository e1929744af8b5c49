"""Golden files of packages/safetensors, written by the reference implementation.

Needs Python 3 with torch (1.13 was used) and safetensors (0.8.0 was used). Run from the root of the repository:

    python3 tooling/goldens/safetensors_goldens.py
    npx biome format --write packages/safetensors/src/goldens

Writes, below packages/safetensors/src/goldens:
    lstm.safetensors        the state dict of a two-layer, bidirectional torch.nn.LSTM, under PyTorch's keys
    halves.safetensors      float16 and bfloat16 bit patterns: signs, subnormals, limits, infinities, NaN
    integers.safetensors    all integer dtypes at the ends of what int32 holds, BOOL, float64, an empty tensor, a scalar
    unaligned.safetensors   the same bytes as a valid file whose values begin at an odd position
    values.json             what PyTorch says each tensor holds, and digests over all 65536 float16 and bfloat16 patterns
"""

import hashlib
import json
import pathlib
import struct

import safetensors
import torch

OUT = pathlib.Path("packages/safetensors/src/goldens")
NAMES = {
    torch.float64: "float64", torch.float32: "float32", torch.float16: "float16", torch.bfloat16: "bfloat16",
    torch.int64: "int64", torch.int32: "int32", torch.int16: "int16", torch.int8: "int8", torch.uint8: "uint8",
    torch.bool: "bool",
}


def raw(t):
    """The bytes of a tensor, little-endian, row-major."""
    return bytes(t.contiguous().view(torch.uint8).tolist())


def spec(t):
    """What the reference implementation is told about a tensor, which must live until it is written."""
    return safetensors.TensorSpec(
        dtype=NAMES[t.dtype], shape=list(t.shape), data_ptr=t.data_ptr(), data_len=t.numel() * t.element_size()
    )


def number(x):
    if x != x:
        return "NaN"
    if x in (float("inf"), float("-inf")):
        return "Infinity" if x > 0 else "-Infinity"
    return "-0" if x == 0 and str(x)[0] == "-" else x


def listed(t):
    t = t.detach()
    wide = t.double() if t.is_floating_point() else t
    return {"shape": list(t.shape), "values": [number(x) for x in wide.reshape(-1).tolist()]}


def write(name, tensors, metadata):
    data = safetensors.serialize({k: spec(t) for k, t in tensors.items()}, metadata)
    (OUT / name).write_bytes(data)
    return {k: listed(t) for k, t in tensors.items()}


def digest(dtype):
    """SHA-256 over the float32 bits of every pattern that is not NaN, in the order of the patterns."""
    patterns = torch.tensor([i - 65536 if i > 32767 else i for i in range(65536)], dtype=torch.int16)
    wide = patterns.view(dtype).float()
    return hashlib.sha256(raw(wide[~wide.isnan()])).hexdigest()


def halves(dtype, patterns):
    signed = [p - 65536 if p > 32767 else p for p in patterns]
    return torch.tensor(signed, dtype=torch.int16).view(dtype)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    lstm = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True)
    values = {"lstm": write("lstm.safetensors", dict(lstm.state_dict()), {"format": "pt"})}
    values["halves"] = write(
        "halves.safetensors",
        {
            "half": halves(torch.float16, [0, 0x8000, 1, 0x8001, 0x3FF, 0x400, 0x3C00, 0xBC00, 0x3555, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00]),
            "brain": halves(torch.bfloat16, [0, 0x8000, 1, 0x8001, 0x7F, 0x80, 0x3F80, 0xBF80, 0x3EAB, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80, 0x7FC0]).reshape(7, 2),
        },
        None,
    )
    integers = {
        "i64": torch.tensor([-(2**31), -1, 0, 2**31 - 1]),
        "i32": torch.tensor([-(2**31), -1, 0, 2**31 - 1], dtype=torch.int32),
        "i16": torch.tensor([-(2**15), -1, 0, 2**15 - 1], dtype=torch.int16),
        "i8": torch.tensor([-128, -1, 0, 127], dtype=torch.int8),
        "u8": torch.tensor([0, 1, 255], dtype=torch.uint8),
        "mask": torch.tensor([[True, False], [False, True]]),
        "double": torch.tensor([1 / 3, -0.0, 5e-324], dtype=torch.float64),
        "empty": torch.zeros([2, 0, 3]),
        "scalar": torch.tensor(0.1),
    }
    values["integers"] = write("integers.safetensors", integers, {"note": "Größe 😀"})
    whole = (OUT / "integers.safetensors").read_bytes()
    length = struct.unpack("<Q", whole[:8])[0]
    header = whole[8 : 8 + length].rstrip(b" ")
    header += b" " * (1 - len(header) % 2)
    (OUT / "unaligned.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + whole[8 + length :])
    values["digests"] = {"float16": digest(torch.float16), "bfloat16": digest(torch.bfloat16)}
    (OUT / "values.json").write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n")


main()
