/** Keeps the socket of changes open: hello, snapshot, changes; after a loss again from the snapshot. */

import { backoff } from "../live/buffer";
import type { Client } from "./client";
import type { ServerMessage } from "./types";

const SCHEMA = 1;
const REFUSED = [4401, 4403];
const PING_MS = 20_000;
const SILENCE_MS = 45_000;

export interface ChangesListener {
  message(message: ServerMessage): void;
  connection(state: "online" | "lost"): void;
  outdated(): void;
}

export class ChangesSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry = 0;
  private pulse = 0;
  private heardAt = 0;
  private seq: number | null = null;
  private running = false;

  constructor(
    private readonly client: Client,
    private readonly listener: ChangesListener,
  ) {}

  start(): void {
    this.running = true;
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.open();
  }

  stop(): void {
    this.running = false;
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.drop();
  }

  private open(): void {
    const socket = this.client.openChanges();
    this.socket = socket;
    this.seq = null;
    this.heardAt = Date.now();
    socket.onopen = () => this.say({ type: "auth", token: this.client.token ?? "" });
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as ServerMessage);
    socket.onclose = (event) =>
      REFUSED.includes(event.code) ? this.client.onRefused() : this.lost();
    this.pulse = window.setInterval(() => this.beat(), PING_MS);
  }

  private receive(message: ServerMessage): void {
    this.heardAt = Date.now();
    if (message.type === "hello" && message.schema !== SCHEMA) this.listener.outdated();
    if (message.type === "snapshot") {
      this.attempt = 0;
      this.seq = message.seq;
      this.listener.connection("online");
    }
    if (message.type === "changes") {
      // Changes may cross a snapshot that was asked for; a hole means that we missed something.
      if (this.seq === null || message.seq <= this.seq) return;
      const missed = message.seq > this.seq + 1;
      this.seq = message.seq;
      if (missed) this.say({ type: "snapshot" });
    }
    this.listener.message(message);
  }

  private say(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private beat(): void {
    // A dead network does not close a socket for minutes.
    if (Date.now() - this.heardAt > SILENCE_MS) this.lost();
    else this.say({ type: "ping" });
  }

  private lost(): void {
    this.drop();
    if (!this.running) return;
    this.listener.connection("lost");
    this.retry = window.setTimeout(() => this.open(), backoff(this.attempt));
    this.attempt += 1;
  }

  private hurry = (): void => {
    if (this.socket !== null || document.hidden || !this.running) return;
    window.clearTimeout(this.retry);
    this.open();
  };

  private drop(): void {
    window.clearTimeout(this.retry);
    window.clearInterval(this.pulse);
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
