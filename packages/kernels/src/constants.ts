// Coefficients of the elementwise functions, in one place: the AssemblyScript sources import this file, and so can
// whatever else emits the same functions. Plain numeric constants only, since two compilers read it.

/** Above this, e^x overflows float32. */
export const EXP_MAX = 88.72283905206835;
