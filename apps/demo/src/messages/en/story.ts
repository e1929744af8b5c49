import type { ChapterId } from "../../story/chapters.ts";

interface ChapterText {
  readonly title: string;
  /** Paragraphs before the equations. */
  readonly before: readonly string[];
  /** Paragraphs behind them. */
  readonly after: readonly string[];
  /** What to look at beside the text. */
  readonly see: string;
  /** Where the language models are what there is to see. */
  readonly models?: string;
}

/** The story. */
export const story = {
  title: "How networks learned to remember",
  lead: "From a window of a few words to gates that keep a thought for a hundred steps. Beside each part, the lab shows what it says, computed now.",
  contents: "Parts",
  show: "Show it in the lab",
  shown: "Shown in the lab",
  labTitle: "The lab",
  openModels: "Open the language models",
  chapters: {
    window: {
      title: "A window of fixed size",
      before: [
        "In 2003, Bengio and colleagues gave every word a row of numbers, an embedding, and learned these rows together with the network that uses them. Words that are used alike came to have similar rows.",
        "The network reads the last n words side by side and gives a probability to every word that could come next:",
      ],
      after: [
        "Here e(x) is the embedding of a symbol, H and d belong to the hidden layer, U and b to the output.",
        "Two things held it back. What lies before the window cannot be seen at all. And H has a block of weights for every place in the window: to see twice as far takes twice as many weights in it, and what was learned about a word in one place is not known in another.",
      ],
      see: "Among the language models is one of this kind. Move its window from 8 characters to 1, and watch its guesses get worse.",
      models: "Its window is a slider there.",
    },
    state: {
      title: "A state that travels",
      before: [
        "A recurrent network reads one symbol at a time and keeps a state h. Each new state is made from the symbol and the state before it, always with the same weights:",
      ],
      after: [
        "Since the weights are shared by all steps, a sequence may have any length, and what was learned about a symbol holds wherever it stands. In principle the state can carry something from the first step to the last.",
      ],
      see: "Each circle in the lane is one step of the same network. The state runs to the right, the learning signal will run to the left.",
    },
    through: {
      title: "Backpropagation through time",
      before: [
        "Unrolled over its steps, a recurrent network is a deep network whose layers share their weights. It is trained like one. Forward: compute all states and all guesses. Loss: the cross entropy, which is the mean surprise at the symbols that really came.",
        "Backward: walk from the last step to the first. The error δ at a step has two parts, its own and what the next step hands back. Every step adds to the gradient of the shared weights. Then update the weights a little against their gradient, and start again.",
      ],
      after: [
        "Look at what is handed back: at every step the error is multiplied by the transposed matrix U and by the slope of tanh, 1 − h². Again and again, the same U.",
      ],
      see: "The network is being trained now. The colours show how much of the error is left after each step back.",
    },
    vanish: {
      title: "The signal vanishes",
      before: [
        "After n steps back the error has been multiplied by n matrices. Where each one shortens it by half, after 20 steps a millionth is left:",
      ],
      after: [
        "The slope of tanh is never above 1. So if the largest singular value of U is below 1, the gradient must vanish, exponentially in n. Hochreiter found this in 1991; Bengio, Simard and Frasconi showed in 1994 that a network that holds a bit safely is one whose gradients vanish.",
        "With an orthogonal U and a state at rest, no length is lost. This is a knife's edge: as soon as states grow, the slope of tanh takes its share.",
      ],
      see: "Two networks, one scale: small random weights, and an orthogonal matrix. The cursor stands at 20 steps back.",
    },
    explode: {
      title: "The signal explodes",
      before: [
        "With large weights the product grows instead. One step along such a gradient can throw away all that was learned. The remedy is blunt and works: if the gradient is longer than a threshold θ, scale it down to that length (Pascanu, Mikolov and Bengio 2013).",
      ],
      after: [
        "Clipping keeps the direction. It does nothing against vanishing: what is not there cannot be scaled up, since noise would grow with it.",
      ],
      see: "Large recurrent weights. Without the bend of tanh, the ReLU network doubles what it hands back, step after step.",
    },
    memory: {
      title: "Why this means a short memory",
      before: [
        "The gradient of a weight is a sum over all steps. If far steps add a millionth and near ones a half, the weights learn what near steps teach. The network could store something for 40 steps, but nothing tells it to.",
        "To shorten the way is no remedy: truncated backpropagation stops after a fixed number of steps, and so again sees only a window.",
      ],
      after: [],
      see: "The cursor stands at 40 steps back. The network is being trained: watch how much of the gradient arrives there.",
    },
    lstm: {
      title: "The LSTM: gates around a cell",
      before: [
        "Hochreiter and Schmidhuber (1997) gave the network a second state, the cell c, that is changed by addition and not by multiplication with a matrix. Gates between 0 and 1 decide what happens to it. The forget gate f, added by Gers and colleagues in 2000, says how much of the old is kept, the input gate i how much of the new g comes in, the output gate o how much is shown:",
      ],
      after: [
        "Each gate is a small network of its own that sees the symbol and the last hidden state. So the network learns when to keep, when to write and when to tell.",
      ],
      see: "The same pulse in an RNN and in an LSTM. The LSTM has a second rail, its cell state.",
    },
    highway: {
      title: "The highway of the cell state",
      before: ["Walk back along the cell, and there is no matrix in the way, only the forget gates:"],
      after: [
        "This product is exact for the direct way. The full gradient also has paths through the gates, which read the hidden state; they can add or take away.",
        "The bias of the forget gate sets where it starts. With bias 0 the gate is half open, and half is lost at every step. With bias 1 it is σ(1) = 0.73, with 3 it is 0.95: half is left after 14 steps on the direct way.",
      ],
      see: "Three LSTMs that differ in one number: a forget bias of 0, 1 and 3.",
    },
    gru: {
      title: "The GRU: two gates are enough",
      before: [
        "Cho and colleagues (2014) left out the separate cell. One update gate z decides between the old state and a new one, so that keeping and writing always sum to 1. A reset gate r decides how much of the old state the new one may see:",
      ],
      after: [
        "Where z is near 1, the state passes unchanged, and so does the gradient. A GRU has three blocks of weights where an LSTM has four. Which of the two is better depends on the task. (Some papers write z where this page has 1 − z.)",
      ],
      see: "All three are trained on the same sequences. Which of them still feels the pulse 20 steps back?",
    },
    outlook: {
      title: "And then: attention",
      before: [
        "Gates lengthen the way that a gradient survives, but the way is still as long as the sequence, and one state of fixed size has to carry everything. Attention takes another way: each step looks at all earlier ones directly and mixes them by weights α that it computes:",
      ],
      after: [
        "Between any two steps there is now one step of gradient, whatever their distance; this is what Transformers (Vaswani and colleagues 2017) are made of. The price is that every step looks at all others, so that the work grows with the square of the length. Recurrent networks with gates that need no earlier state are back because of this: their work grows with the length alone.",
      ],
      see: "What you have seen here, models of a few thousand weights do as well: they learn to spell in a minute.",
      models: "Let them write.",
    },
  } satisfies Record<ChapterId, ChapterText>,
};

export type { ChapterText };
