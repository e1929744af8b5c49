import { isDeepStrictEqual } from "node:util";
import { configOf, type GradflowOptions } from "../gradflow/config.ts";
import type { GradflowConfig } from "../gradflow/result.ts";
import { InputError } from "../input-error.ts";

/**
 * The command that repeats a run: the shortest whose options give exactly its settings, as the command line reads them.
 *
 * @returns undefined for settings that no command line gives
 */
export function commandOf(config: GradflowConfig): string | undefined {
  const commands = [{}, { quick: true }, { full: true }].flatMap((preset) => {
    const options = { ...preset, ...differences(config, configOf(preset)) };
    return gives(options, config) ? [written(options)] : [];
  });
  return commands.sort((a, b) => a.length - b.length)[0];
}

function gives(options: GradflowOptions, config: GradflowConfig): boolean {
  try {
    return isDeepStrictEqual(plain(configOf(options)), plain(config));
  } catch (error) {
    // Cells or tasks that the command line does not know.
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** The options that lead from one configuration to another, as far as there are any. */
function differences(config: GradflowConfig, from: GradflowConfig): GradflowOptions {
  const hidden = config.hidden[config.tasks[0] ?? "text"];
  const steps = config.steps[config.tasks[0] ?? "text"];
  const when = <T>(differs: boolean, options: T): T | Record<string, never> => (differs ? options : {});
  return {
    ...when(!isDeepStrictEqual(config.tasks, from.tasks), { task: config.tasks.join(",") }),
    ...when(!isDeepStrictEqual(config.cells, from.cells), { cells: config.cells.join(",") }),
    ...when(config.length !== from.length, { length: config.length }),
    ...when(!isDeepStrictEqual(config.hidden, from.hidden), { hidden }),
    ...when(!isDeepStrictEqual(config.steps, from.steps), { steps }),
    ...when(config.seeds.length !== from.seeds.length, { seeds: config.seeds.length }),
    ...when(config.seeds[0] !== from.seeds[0], { seed: config.seeds[0] }),
    ...when(config.learningRate !== from.learningRate, { lr: config.learningRate }),
    ...when(config.clip !== from.clip, { clip: config.clip }),
    ...when(config.data !== undefined, { data: config.data }),
  };
}

/** Without members that are undefined, which JSON leaves out. */
function plain(config: GradflowConfig): unknown {
  return JSON.parse(JSON.stringify(config));
}

function written(options: GradflowOptions): string {
  const given = Object.entries(options).map(([name, value]) =>
    value === true ? `--${name}` : `--${name} ${quoted(String(value))}`,
  );
  return given.length === 0 ? "npm start" : `npm start -- ${given.join(" ")}`;
}

function quoted(argument: string): string {
  return /^[\w.,/\\:+-]+$/.test(argument) ? argument : `"${argument}"`;
}
