declare module "virtual:equations" {
  /** The story's equations as MathML. */
  export const equations: Readonly<Record<import("./equations.ts").EquationName, string>>;
}
