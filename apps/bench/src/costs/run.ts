import { environment } from "../environment.ts";
import { markdownTable, tableOf } from "../grid/tables.ts";
import { whole } from "../options.ts";
import { count, fixed, significant } from "../report/format.ts";
import { every, type Fastest, type ObserverCost, observerCost, watchedTrainings } from "./observer.ts";
import { type SpectrumCost, spectrumCosts, spectrumSizes } from "./spectra.ts";

/** The options of `bench costs` as they come from the command line. */
export interface CostsOptions {
  seconds?: unknown;
  markdown?: boolean;
}

/** `bench costs`: what it costs to watch a training, and to compute a Lyapunov spectrum. */
export async function runCosts({ seconds, markdown = false }: CostsOptions, version: string): Promise<number> {
  const each = whole("seconds", seconds, 90, 5) / watchedTrainings.length;
  const observers: ObserverCost[] = [];
  // Memory first, in a process that has held nothing else.
  const spectra = spectrumSizes.flatMap((hidden) => {
    process.stderr.write(`spectra, H ${hidden}\n`);
    return spectrumCosts(hidden);
  });
  for (const watched of watchedTrainings) {
    process.stderr.write(`observer, ${whatText(watched)}\n`);
    observers.push(await observerCost(watched, each));
  }
  const table = markdown ? markdownTable : tableOf;
  const { cpu, cores, platform, arch, node } = environment(version);
  process.stdout.write(
    [
      `${markdown ? "# What measuring costs\n\n" : ""}Machine: ${cpu}, ${count(cores, "core")}, ${platform} ${arch}, Node ${node.slice(1)}; ${new Date().toISOString().slice(0, 10)}. The fastest of many samples that take turns, and their median in parentheses; whatever else the machine does only adds.`,
      `${markdown ? "## " : ""}An observer that measures every ${every}th step`,
      table(["training", "step, ms", "measured\nstep, ms", `added at\nevery: ${every}`], observers.map(observerRow), 1),
      `${markdown ? "## " : ""}Lyapunov spectrum of an LSTM, for each step of each sample`,
      table(["H", "exponents", "ms", "kept, MB", "peak of the\nprocess, MB"], spectra.map(spectrumRow), 0),
      "",
    ].join("\n\n"),
  );
  return 0;
}

function whatText({ cell, batch, steps, hidden }: ObserverCost["watched"]): string {
  return `${cell}, B ${batch}, T ${steps}, H ${hidden}`;
}

function observerRow({ watched, plain, measured, share }: ObserverCost): string[] {
  return [whatText(watched), both(plain, ms), both(measured, ms), both(share, (value) => `${fixed(100 * value, 1)} %`)];
}

const both = ({ least, median }: Fastest, text: (value: number) => string): string =>
  `${text(least)} (${text(median)})`;

const ms = (seconds: number): string => significant(1000 * seconds, 3);

function spectrumRow({ hidden, count: exponents, secondsPerStep, bytes, peak }: SpectrumCost): string[] {
  const megabytes = (value: number) => significant(value / 1e6, 3);
  return [String(hidden), String(exponents), ms(secondsPerStep), megabytes(bytes), megabytes(peak)];
}
