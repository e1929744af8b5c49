import { describe, expect, it } from "vitest";
import { arange, cast, reshape, slice, type Tensor, tensor, zeros } from "./index.ts";

const cases: [name: string, x: Tensor, text: string][] = [
  ["a scalar", tensor(1.5), "Tensor float32 []\n1.5"],
  ["a vector", tensor([1, 2.5, -3]), "Tensor float32 [3]\n[1, 2.5, -3]"],
  [
    "a matrix",
    tensor([
      [1, 2.5],
      [3, 4],
    ]),
    "Tensor float32 [2, 2]\n[[1, 2.5],\n [3, 4]]",
  ],
  ["three axes", reshape(arange(4), [2, 1, 2]), "Tensor float32 [2, 1, 2]\n[[[0, 1]],\n [[2, 3]]]"],
  ["a mask", tensor([true, false]), "Tensor bool [2]\n[true, false]"],
  ["whole numbers", tensor([-7, 2147483647], { dtype: "int32" }), "Tensor int32 [2]\n[-7, 2147483647]"],
  [
    "special values",
    tensor([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]),
    "Tensor float32 [4]\n[NaN, Infinity, -Infinity, -0]",
  ],
  ["four digits", tensor([Math.PI, 1e-7, 123456.7, 1 / 3]), "Tensor float32 [4]\n[3.142, 1e-7, 123500, 0.3333]"],
  ["float64", tensor(new Float64Array([0.1])), "Tensor float64 [1]\n[0.1]"],
  ["nothing", zeros([0, 3]), "Tensor float32 [0, 3] (empty)"],
  ["a view", slice(arange(5), 0, 1, 3), "Tensor float32 [2]\n[1, 2]"],
  ["1000 values in full", zeros([1000]), `Tensor float32 [1000]\n[${new Array(1000).fill("0").join(", ")}]`],
  ["a long vector", arange(1001), "Tensor float32 [1001]\n[0, 1, 2, …, 998, 999, 1000]"],
  [
    "a long matrix",
    cast(reshape(arange(1600), [40, 40]), "int32"),
    `Tensor int32 [40, 40]
[[0, 1, 2, …, 37, 38, 39],
 [40, 41, 42, …, 77, 78, 79],
 [80, 81, 82, …, 117, 118, 119],
 …,
 [1480, 1481, 1482, …, 1517, 1518, 1519],
 [1520, 1521, 1522, …, 1557, 1558, 1559],
 [1560, 1561, 1562, …, 1597, 1598, 1599]]`,
  ],
  [
    "a long axis beside a short one",
    reshape(arange(1200), [600, 2]),
    `Tensor float32 [600, 2]
[[0, 1],
 [2, 3],
 [4, 5],
 …,
 [1194, 1195],
 [1196, 1197],
 [1198, 1199]]`,
  ],
];

describe("printing", () => {
  it.each(cases)("%s", (_, x, text) => {
    expect(String(x)).toBe(text);
  });
});
