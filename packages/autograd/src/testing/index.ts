export { type CheckedFunction, GradcheckError, type GradcheckOptions, gradcheck, gradgradcheck } from "./gradcheck.ts";
