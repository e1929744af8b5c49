"""The coefficients EXP_0 … EXP_4 of src/constants.ts, by Remez's exchange algorithm: `python3 build/remez.py` (mpmath).

P approximates (e^r - 1 - r) / r² on |r| <= ln 2 / 2, with the largest r² |error| / |e^r - 1|, which near 0 is |r error|,
as small as can be.
"""

from mpmath import cos, expm1, log, lu_solve, matrix, mp, mpf, pi, polyval

mp.prec = 200
COUNT = 5
EDGE = log(2) / 2 * mpf("1.0001")
GRID = [EDGE * cos(pi * (2 * i + 1) / 4000) for i in range(2000)]


def wanted(r):
    return (expm1(r) - r) / (r * r)


def weight(r):
    # Some weight at 0 keeps the equations solvable.
    return abs(r) + mpf("0.02")


values = [wanted(r) for r in GRID]
points = [GRID[int((i + 0.5) * len(GRID) / (COUNT + 1))] for i in range(COUNT + 1)]
while True:
    rows = [[r**j for j in range(COUNT)] + [(-1) ** i / weight(r)] for i, r in enumerate(points)]
    *coefficients, _ = lu_solve(matrix(rows), matrix([wanted(r) for r in points]))
    errors = [(polyval(coefficients[::-1], r) - v) * weight(r) for r, v in zip(GRID, values)]
    extremes, best = [], 0
    for i, error in enumerate(errors):
        if error * errors[best] < 0:
            extremes.append(best)
            best = i
        elif abs(error) > abs(errors[best]):
            best = i
    extremes.append(best)
    while len(extremes) > COUNT + 1:
        extremes.pop(0 if abs(errors[extremes[0]]) < abs(errors[extremes[-1]]) else -1)
    exchanged = [GRID[i] for i in extremes]
    if exchanged == points:
        break
    points = exchanged

for i, coefficient in enumerate(coefficients):
    print(f"EXP_{i} = {float(coefficient)!r}")
print(f"largest weighted error: {float(max(abs(e) for e in errors)):.2e}; a float32 ulp is 1.2e-7")
