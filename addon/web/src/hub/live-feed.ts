/** Keeps the feed of one region open: what was missed, then what happens (spec/hub.md). */

import { backoff } from "../live/buffer";
import type { FeedMessage, HubEvent } from "./types";

export const NO_PASS = 4401;
/** A node that stops says goodbye by these; another one, or the same, takes over. */
const RESTARTS: readonly number[] = [1001, 1012];

export interface LiveListener {
  events(events: readonly HubEvent[], live: boolean): void;
  connection(state: "online" | "lost" | "restarting" | "refused"): void;
}

export class LiveFeed {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry = 0;
  private last: number | null = null;
  private upto = 0;

  constructor(
    private readonly connect: (after: number | null) => WebSocket,
    private readonly pass: string,
    private readonly listener: LiveListener,
  ) {}

  start(): void {
    window.addEventListener("online", this.hurry);
    window.addEventListener("offline", this.lose);
    document.addEventListener("visibilitychange", this.hurry);
    this.open();
  }

  stop(): void {
    window.removeEventListener("online", this.hurry);
    window.removeEventListener("offline", this.lose);
    document.removeEventListener("visibilitychange", this.hurry);
    this.drop();
  }

  private open(): void {
    const socket = this.connect(this.last);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "auth", reading_pass: this.pass }));
    socket.onmessage = ({ data }) => this.receive(JSON.parse(String(data)) as FeedMessage);
    socket.onclose = ({ code }) => {
      if (code !== NO_PASS) return this.retryAfter(RESTARTS.includes(code) ? "restarting" : "lost");
      this.stop();
      this.listener.connection("refused");
    };
  }

  private receive(message: FeedMessage): void {
    if (message.type === "hello") {
      this.upto = message.seq;
      return;
    }
    for (const { seq } of message.events) this.last = Math.max(this.last ?? 0, seq);
    if (message.live) {
      this.attempt = 0;
      this.last = Math.max(this.last ?? 0, this.upto);
      this.listener.connection("online");
    }
    this.listener.events(message.events, message.live);
  }

  private lose = (): void => this.retryAfter("lost");

  private retryAfter(state: "lost" | "restarting"): void {
    this.drop();
    this.listener.connection(state);
    this.retry = window.setTimeout(() => this.open(), backoff(this.attempt));
    this.attempt += 1;
  }

  private hurry = (): void => {
    if (this.socket !== null || document.hidden) return;
    window.clearTimeout(this.retry);
    this.open();
  };

  private drop(): void {
    window.clearTimeout(this.retry);
    const { socket } = this;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
