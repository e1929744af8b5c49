"""Compares truth.mjs, by which ulp.mjs measures, with 60 digits: `python3 build/check_truth.py [seed]` (mpmath).

Random float32 of every exponent and both signs, and neighbours of the points where truth.mjs changes its formula. Prints the
largest relative error of each function in units of 2^-53, and fails from 2^-49 on: some millionths of a float32's last place.
"""

import json
import pathlib
import random
import struct
import subprocess
import sys

from mpmath import erf, exp, expm1, isinf, isnan, log, log1p, mp, mpf, tanh

mp.dps = 60
# Beyond, float64 overflows too; and mpmath is slow there.
FUNCTIONS = {
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "tanh": tanh,
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "softplus": lambda x: log1p(exp(x)) if x < 100 else x,
    "erf": erf,
}
DOMAIN = {"log": lambda x: x > 0, "log1p": lambda x: x > -1}
# Results this small are 0 in float32, however small truth.mjs makes them.
SMALLEST = mpf(2) ** -160
LARGEST = mpf(2) ** 129


def samples(seed):
    draw = random.Random(seed)
    bits = [exponent << 23 | draw.getrandbits(23) for exponent in range(255) for _ in range(12)]
    for edge in [2**-12, 6, 20, 40, 200]:
        at = struct.unpack("<i", struct.pack("<f", edge))[0]
        bits += range(at - 20, at + 20)
    sizes = [struct.unpack("<f", struct.pack("<I", one))[0] for one in bits]
    return [sign * size for size in sizes for sign in (1, -1) if size > 0]


def truths(values):
    """What truth.mjs gives, exactly: JSON has enough digits for float64, and strings for what is not finite."""
    module = (pathlib.Path(__file__).parent / "truth.mjs").as_uri()
    code = f"""import {{ truth }} from "{module}";
import {{ readFileSync }} from "node:fs";
const x = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(truth).map(([n, f]) => [n, x.map((v) => String(f(v)))]))));"""
    run = subprocess.run(
        ["node", "--input-type=module", "-e", code], input=json.dumps(values), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


values = samples(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
given = truths(values)
failed = False
for name, function in FUNCTIONS.items():
    worst, where = mpf(0), 0.0
    for x, text in zip(values, given[name]):
        if not DOMAIN.get(name, lambda _: True)(x):
            continue
        got = mpf(text.replace("Infinity", "inf").replace("NaN", "nan"))
        if abs(x) > 300 and name in ("exp", "expm1", "sigmoid", "softplus"):
            exact = {"exp": mpf("inf") if x > 0 else mpf(0), "expm1": mpf("inf") if x > 0 else mpf(-1)}.get(
                name, (mpf(1) if name == "sigmoid" else mpf(x)) if x > 0 else mpf(0)
            )
        elif abs(x) > 300 and name in ("tanh", "erf"):
            exact = mpf(1) if x > 0 else mpf(-1)
        else:
            exact = function(mpf(x))
        if abs(exact) < SMALLEST or abs(exact) > LARGEST:
            error = mpf(0) if abs(got) < SMALLEST or abs(got) > LARGEST else mpf("inf")
        else:
            error = abs(got - exact) / abs(exact)
        if isnan(error) or isinf(error) or error > worst:
            worst, where = (mpf("inf") if isnan(error) else error), x
    failed |= worst > mpf(2) ** -49
    print(f"{name:9s} {float(worst * 2**53):6.2f} at {where!r}")
sys.exit(failed)
