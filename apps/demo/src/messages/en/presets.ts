import type { PresetId } from "../../presets/presets.ts";

/** By preset: its name, and what it shows. */
export const presets: Readonly<Record<PresetId, { readonly name: string; readonly lead: string }>> = {
  start: { name: "Side by side", lead: "Three cells as they are usually started, on the adding problem." },
  vanish: { name: "Vanish", lead: "Small recurrent weights: every step back halves the gradient." },
  explode: { name: "Explode", lead: "Large recurrent weights: every step back multiplies the gradient." },
  perfect: { name: "Perfect", lead: "An orthogonal matrix at rest turns the gradient and never shortens it." },
  bump: { name: "Bump", lead: "All eigenvalues are below 1, and yet the gradient grows before it fades." },
  latch: { name: "Latch", lead: "A unit that holds one bit for certain lets no gradient through." },
  highway: { name: "Highway", lead: "A forget bias of 3 keeps the way of the LSTM's cell open." },
  forgot: { name: "Forgot the bias", lead: "With a forget bias of 0 an LSTM forgets half at every step." },
  chrono: { name: "Chrono", lead: "Forget biases spread so that the units remember from one step to all of them." },
  gate: {
    name: "Only the gate",
    lead: "All weights are 0: the half-life is that of the forget bias, exactly. Move it.",
  },
  adding: {
    name: "Identity or orthogonal: adding",
    lead: "The identity with ReLU learns to add; the orthogonal net does not.",
  },
  copying: {
    name: "Identity or orthogonal: copying",
    lead: "The orthogonal net learns to copy; the identity does not.",
  },
};
