import { findPeer, ownCommand, type Peer } from "./lineup.ts";
import { PeerProcess } from "./peer-process.ts";
import type { Ready } from "./protocol.ts";

/** Thrown for a peer that is not here. */
export class Missing extends Error {
  override readonly name = "Missing";
}

/** What a peer said of itself, for the table. */
export interface PeerInfo {
  readonly name: string;
  readonly version: string;
  readonly notes: readonly string[];
  readonly slow?: string;
}

/** The processes of a run: each is started when it is first needed, and again when it has ended. */
export class Peers {
  readonly #running = new Map<string, { process: PeerProcess; ready: Ready }>();
  readonly #infos = new Map<string, PeerInfo>();

  /** What those that were started said of themselves. */
  get infos(): PeerInfo[] {
    return [...this.#infos.values()];
  }

  /** Unroll in a process like those of its peers. */
  async own(): Promise<PeerProcess> {
    const running = this.#running.get("");
    if (running?.process.alive) return running.process;
    const started = await PeerProcess.start(ownCommand());
    this.#running.set("", started);
    return started.process;
  }

  /**
   * A peer's process.
   *
   * @throws {Missing} when the peer is not here or cannot start
   */
  async get(peer: Peer): Promise<{ process: PeerProcess; ready: Ready }> {
    const running = this.#running.get(peer.name);
    if (running?.process.alive) return running;
    const started = await this.fresh(peer);
    this.#running.set(peer.name, started);
    return started;
  }

  /** The same, in a process that nobody else uses; whoever asks for it stops it. */
  async fresh(peer: Peer): Promise<{ process: PeerProcess; ready: Ready }> {
    const found = findPeer(peer);
    if ("missing" in found) throw new Missing(found.missing);
    try {
      const started = await PeerProcess.start(found.command);
      this.#infos.set(peer.name, { name: peer.name, ...started.ready });
      return started;
    } catch (error) {
      throw new Missing(`cannot start: ${(error as Error).message}`);
    }
  }

  /** Ends all of them. */
  stop(): void {
    for (const { process } of this.#running.values()) process.stop();
    this.#running.clear();
  }
}
