/** Live video into a <video>: fragmented MP4 over a WebSocket into a MediaSource. */

import { type Client, Problem, sentence } from "../api/client";
import { backoff, stepBuffer } from "./buffer";

export type LiveStatus =
  | { readonly kind: "waiting"; readonly reason: string }
  | { readonly kind: "playing" }
  | { readonly kind: "unsupported"; readonly reason: string };

type Stream = "main" | "sub";

const STEP_MS = 400;
const SILENT_MS = 15_000;
const MAX_QUEUED = 300;

/** One camera's live picture. `start` and `stop` may be called any number of times. */
export class LivePlayer {
  private socket: WebSocket | null = null;
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private address = "";
  private queue: ArrayBuffer[] = [];
  private attempt = 0;
  private retry = 0;
  private timer = 0;
  private heardAt = 0;
  private lastEnd = 0;
  private chunk = 0;
  private run = 0;

  constructor(
    private readonly client: Client,
    private readonly camera: string,
    private readonly streams: readonly Stream[],
    private readonly video: HTMLVideoElement,
    private readonly onStatus: (status: LiveStatus) => void,
  ) {}

  private stream = 0;

  start(): void {
    this.stop();
    if (!("MediaSource" in window)) return this.unsupported("This browser cannot play live video");
    void this.open(++this.run);
  }

  stop(): void {
    this.run += 1;
    window.clearTimeout(this.retry);
    this.retry = 0;
    this.release();
  }

  /** Try again now, if this waits to: the engine is back. */
  hurry(): void {
    if (this.retry === 0) return;
    window.clearTimeout(this.retry);
    this.attempt = 0;
    void this.open(++this.run);
  }

  private async open(run: number): Promise<void> {
    this.retry = 0;
    this.onStatus({ kind: "waiting", reason: "" });
    try {
      const socket = await this.client.openLive(this.camera, this.streams[this.stream] ?? "main");
      if (run !== this.run) return socket.close();
      this.socket = socket;
      this.heardAt = Date.now();
      socket.onmessage = (event) => this.receive(event.data as string | ArrayBuffer);
      socket.onclose = () => run === this.run && this.again("");
      this.timer = window.setInterval(() => this.step(), STEP_MS);
    } catch (error) {
      if (run === this.run) this.again(error instanceof Problem ? error.message : "");
    }
  }

  private receive(data: string | ArrayBuffer): void {
    this.heardAt = Date.now();
    if (typeof data === "string") return this.describe(data);
    // A tab in the background may be throttled: better to begin anew than to hoard.
    if (this.queue.length > MAX_QUEUED) return this.again("");
    this.queue.push(data);
    this.feed();
  }

  private describe(text: string): void {
    const { mime, error } = JSON.parse(text) as { mime?: string; error?: { message: string } };
    if (mime === undefined) return this.again(error ? sentence(error.message) : "");
    if (MediaSource.isTypeSupported(mime)) return this.prepare(mime);
    if (this.stream + 1 < this.streams.length) {
      this.stream += 1;
      return this.start();
    }
    this.unsupported(`This browser cannot play ${codecName(mime)}`);
  }

  private prepare(mime: string): void {
    this.detach();
    const source = new MediaSource();
    this.source = source;
    this.address = URL.createObjectURL(source);
    source.addEventListener(
      "sourceopen",
      () => {
        if (source !== this.source) return;
        this.buffer = source.addSourceBuffer(mime);
        this.buffer.addEventListener("updateend", () => this.feed());
        this.feed();
      },
      { once: true },
    );
    this.video.src = this.address;
    this.video.play().catch(() => {});
  }

  private feed(): void {
    const { buffer } = this;
    if (buffer === null || buffer.updating || this.source?.readyState !== "open") return;
    const next = this.queue.shift();
    if (next === undefined) return;
    try {
      buffer.appendBuffer(next);
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "QuotaExceededError"))
        return this.again("");
      this.queue.unshift(next);
      buffer.remove(0, Math.max(0.1, this.video.currentTime - 2));
    }
  }

  private step(): void {
    if (Date.now() - this.heardAt > SILENT_MS || this.video.error !== null) return this.again("");
    const { buffer, video } = this;
    if (buffer === null || buffer.updating || video.buffered.length === 0) return;
    const last = video.buffered.length - 1;
    const end = video.buffered.end(last);
    if (end > this.lastEnd) this.chunk = Math.min(4, end - this.lastEnd);
    this.lastEnd = end;
    const step = stepBuffer({
      start: video.buffered.start(last),
      end,
      position: video.currentTime,
      chunk: this.chunk,
    });
    if (step.seekTo !== null) video.currentTime = step.seekTo;
    video.playbackRate = step.rate;
    if (video.paused) video.play().catch(() => {});
    if (video.readyState >= 2) this.playing();
    if (step.removeBefore !== null && step.removeBefore > video.buffered.start(0))
      buffer.remove(0, step.removeBefore);
  }

  private playing(): void {
    this.attempt = 0;
    this.onStatus({ kind: "playing" });
  }

  private again(reason: string): void {
    this.release();
    this.onStatus({ kind: "waiting", reason });
    const run = ++this.run;
    this.retry = window.setTimeout(() => run === this.run && this.open(run), backoff(this.attempt));
    this.attempt += 1;
  }

  private unsupported(reason: string): void {
    this.stop();
    this.onStatus({ kind: "unsupported", reason });
  }

  private release(): void {
    window.clearInterval(this.timer);
    if (this.socket !== null) {
      this.socket.onmessage = this.socket.onclose = null;
      this.socket.close();
      this.socket = null;
    }
    this.detach();
  }

  private detach(): void {
    this.queue = [];
    this.buffer = null;
    this.source = null;
    this.lastEnd = 0;
    this.chunk = 0;
    if (this.address === "") return;
    URL.revokeObjectURL(this.address);
    this.address = "";
    this.video.removeAttribute("src");
    this.video.load();
  }
}

/** "HEVC (H.265)" of a type string such as `video/mp4; codecs="hvc1.1.6.L93"`. */
export function codecName(mime: string): string {
  if (/hvc1|hev1/.test(mime)) return "HEVC (H.265)";
  if (/avc1|avc3/.test(mime)) return "this kind of H.264";
  if (/mp4v/.test(mime)) return "MPEG-4 Part 2";
  return "this camera's video";
}
