/** Header, settings and what the page says about itself. */
export const shell = {
  name: "Unroll",
  tagline: "How far back can a network learn?",
  skip: "Skip to the content",
  sections: { lab: "Lab", language: "Language model", story: "Story" },
  sectionsLabel: "Sections",
  opening: "Opening …",
  openingFailed: (problem: string) => `This section could not be loaded: ${problem}.`,
  retry: "Try again",
  seed: "Seed",
  newSeed: "New seed",
  share: "Copy link",
  shared: "Link copied",
  shareFailed: "The browser did not allow copying; the address bar holds the link.",
  exportConfig: "Save configuration",
  exportHint: "The same numbers on the command line: pnpm bench lab <the saved file>",
  theme: "Colours",
  themes: { auto: "as the system", light: "light", dark: "dark" },
  help: "Help",
  closeHelp: "Close help",
  helpTitle: "What is here",
  helpText: [
    "Every lane trains one cell, here in your browser, on the same sequences. At its last step a probe is put into a held-out sequence: a gradient of size 1. The curves show how much of it is left after each step back in time.",
    "Where nothing is left, nothing can be learned about what lies further back.",
    "The link in the address bar holds everything that the numbers follow from. Whoever opens it sees the same numbers.",
  ],
  keys: [
    ["Tab", "from view to view"],
    ["Space", "play and pause"],
    [".", "one step"],
    ["Arrow keys", "move the cursor inside a view"],
    ["Esc", "leave the view, or close this"],
    ["?", "this help"],
  ],
  notices: {
    version: (got: string) =>
      `This link is of another version of the page (${got}). Its settings cannot be read, so the lab opens with its own.`,
    value: (field: string, got: string, expected: string) =>
      `The link says ${field} = ${got}, which cannot be: expected ${expected}. The lab goes on without it.`,
    dismiss: "Dismiss",
    noSimd: (reason: string) =>
      `This browser does not run WebAssembly with SIMD (${reason}). Plain JavaScript computes in its place: the same curves, more slowly.`,
    offline: "Ready to work offline.",
  },
};
