import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { DiaryLine } from "../api/neighbours";
import { client } from "../state/session";
import { bytes, clock, dateName } from "../time/words";
import { base } from "../ui/styles";
import { neighbourly } from "./style";

const STATE = {
  waiting: { word: "waits for the hub", tone: "warn" },
  sent: { word: "sent", tone: "good" },
  refused: { word: "not sent", tone: "bad" },
} as const;
const ASK_EVERY_MS = 3_000;

/** Everything that left this home, or waits to. */
@customElement("nc-diary")
export class Diary extends LitElement {
  static override styles = [
    base,
    neighbourly,
    css`
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 2px var(--space-3);
        padding: var(--space-3) 0;
        border-top: 1px solid var(--line);
        overflow-wrap: anywhere;
      }
      .more {
        grid-column: 1 / -1;
      }
    `,
  ];

  @state() private lines: readonly DiaryLine[] | null = null;
  @state() private problem = "";
  private clock = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.clock = window.setInterval(() => {
      const waits = this.lines?.some(({ state }) => state === "waiting") ?? true;
      if (waits && !document.hidden) void this.load();
    }, ASK_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.clock);
  }

  override render(): TemplateResult | typeof nothing {
    if (this.problem !== "") return html`<p class="notice" role="alert">${this.problem}</p>`;
    if (this.lines === null) return html`<p class="soft small" role="status">Loading…</p>`;
    if (this.lines.length === 0) return html`<p class="soft">Nothing has left this home.</p>`;
    return html`<ul role="list" aria-label="What left this home">
      ${this.lines.map((line) => this.renderLine(line))}
    </ul>`;
  }

  private renderLine(line: DiaryLine): TemplateResult {
    const at = Date.parse(line.at);
    const { word, tone } = STATE[line.state];
    return html`<li>
      <p>${line.kind}: ${line.summary}</p>
      <p><span class=${`badge ${tone}`}>${word}</span></p>
      <p class="more soft small">
        ${dateName(at)}, ${clock(at)} · ${bytes(line.size_bytes)}${line.answer === "" ? "" : ` · ${line.answer}`}
      </p>
    </li>`;
  }

  private async load(): Promise<void> {
    try {
      this.lines = await client.diary();
      this.problem = "";
    } catch (error) {
      this.problem = words(error);
    }
  }
}
