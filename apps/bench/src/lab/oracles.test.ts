import { describe, expect, it } from "vitest";
import { labOracles, measureOracle, oracleBound } from "./oracles.ts";

describe("the oracles of the lab", () => {
  it.each(labOracles.map((oracle) => [oracle.id, oracle] as const))("%s holds to rounding", (_id, oracle) => {
    const { error, passed } = measureOracle(oracle);
    expect(error).toBeLessThan(oracleBound);
    expect(passed).toBe(true);
  });

  it.each(labOracles.map((oracle) => [oracle.id, oracle] as const))(
    "%s would notice another gradient",
    (_id, oracle) => {
      const { passed } = measureOracle({ ...oracle, exact: (lag) => oracle.exact(lag) + lag * 1e-4 });
      expect(passed).toBe(false);
    },
  );
});
