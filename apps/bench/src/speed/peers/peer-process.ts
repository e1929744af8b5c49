import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { decodeArray, encodeJob, type Job, type Ready, type Request } from "./protocol.ts";

/** Thrown when a peer says that it cannot do a job; no fault. */
export class CannotDo extends Error {
  override readonly name = "CannotDo";
}

/** Thrown when an answer takes longer than allowed; the process has been ended then. */
export class TookTooLong extends Error {
  override readonly name = "TookTooLong";
}

/** What a peer computed in its first call. */
export interface Prepared {
  /** Seconds from the job to its first result, whatever is compiled for it included. */
  readonly cold: number;
  readonly result: Readonly<Record<string, Float32Array>>;
  /** Why it cannot be compared. */
  readonly differs?: string;
}

/** How a peer is started. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Waiting {
  readonly resolve: (answer: Record<string, unknown>) => void;
  readonly reject: (error: Error) => void;
}

/** The last lines that a process wrote on standard error are kept, to say why it ended. */
const keptLines = 20;

/**
 * A peer in a process of its own, which computes only while it is asked: what it breaks or fills up stays there.
 */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #waiting = new Map<number, Waiting>();
  readonly #errors: string[] = [];
  #ended: Error | undefined;
  #next = 1;

  private constructor(command: Command) {
    this.#child = spawn(command.program, command.args, {
      stdio: ["pipe", "ignore", "pipe", "pipe"],
      env: { ...process.env, ...command.env },
    });
    this.#lines = createInterface({ input: this.#child.stdio[3] as Readable });
    this.#lines.on("line", (line) => this.#receive(JSON.parse(line)));
    createInterface({ input: this.#child.stderr as Readable }).on("line", (line) => {
      this.#errors.push(line);
      if (this.#errors.length > keptLines) this.#errors.shift();
    });
    this.#child.stdin?.on("error", () => {});
    this.#child.on("error", (error) => this.#end(error));
    this.#child.on("close", (code, signal) => this.#end(new Error(this.#lastWords(code, signal))));
  }

  /**
   * Starts a peer and waits until it can be asked.
   *
   * @throws {Error} with its last words when it cannot start
   */
  static async start(command: Command, seconds = 60): Promise<{ process: PeerProcess; ready: Ready }> {
    const started = new PeerProcess(command);
    const { ready } = await started.#answer(0, seconds);
    return { process: started, ready: ready as Ready };
  }

  /** Whether it still runs. */
  get alive(): boolean {
    return this.#ended === undefined;
  }

  /**
   * Hands over a job, which is computed once.
   *
   * @throws {CannotDo} when the peer has nothing for it
   * @throws {TookTooLong} after `seconds`
   */
  async prepare(slot: string, job: Job, seconds: number): Promise<Prepared> {
    const answer = await this.#ask({ do: "prepare", slot, job: encodeJob(job) }, seconds);
    const { cold, result, differs } = answer as {
      cold: number;
      result: Record<string, string>;
      differs?: string;
    };
    const decoded = Object.entries(result).map(([name, text]) => [name, decodeArray(text)]);
    return { cold, result: Object.fromEntries(decoded), ...(differs === undefined ? {} : { differs }) };
  }

  /** Runs what was prepared so many times, and resolves to the seconds that took. */
  async time(slot: string, calls: number, seconds: number): Promise<number> {
    return (await this.#ask({ do: "time", slot, calls }, seconds)).seconds as number;
  }

  /** Forgets a job. */
  async drop(slot: string): Promise<void> {
    await this.#ask({ do: "drop", slot }, 60);
  }

  /** The most memory that the process ever held, in bytes. */
  async memory(): Promise<number> {
    return (await this.#ask({ do: "memory" }, 60)).bytes as number;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  async #ask(request: Request, seconds: number): Promise<Record<string, unknown>> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#next++;
    this.#child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`);
    return this.#answer(id, seconds);
  }

  async #answer(id: number, seconds: number): Promise<Record<string, unknown>> {
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<Record<string, unknown>>((resolve, reject) => {
        if (this.#ended !== undefined) return reject(this.#ended);
        this.#waiting.set(id, { resolve, reject });
        timer = setTimeout(() => {
          const late = new TookTooLong(`no answer within ${seconds.toPrecision(2)} s`);
          this.#end(late);
          this.stop();
        }, 1000 * seconds);
      });
      if (answer.cannot !== undefined) throw new CannotDo(String(answer.cannot));
      if (answer.error !== undefined) throw new Error(String(answer.error));
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(answer: Record<string, unknown>): void {
    const id = (answer.id as number | undefined) ?? 0;
    this.#waiting.get(id)?.resolve(answer);
    this.#waiting.delete(id);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  #lastWords(code: number | null, signal: NodeJS.Signals | null): string {
    const words = this.#errors.filter((line) => /error|cannot|not found/i.test(line)).at(-1) ?? this.#errors.at(-1);
    return `its process ended (${signal ?? `exit code ${code}`})${words === undefined ? "" : `: ${words.trim()}`}`;
  }
}
