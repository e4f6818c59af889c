import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { DiaryLine } from "../api/neighbours";
import { client } from "../state/session";
import { bytes, clock, dateName } from "../time/words";
import { base } from "../ui/styles";

const STATE = { waiting: "waits for the hub", sent: "sent", refused: "refused" } as const;

/** Everything that left this home, or waits to. */
@customElement("nc-diary")
export class Diary extends LitElement {
  static override styles = [
    base,
    css`
      li {
        padding: var(--space-2) 0;
        border-top: 1px solid var(--line);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @state() private lines: readonly DiaryLine[] | null = null;
  @state() private problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    client.diary().then(
      (lines) => {
        this.lines = lines;
      },
      (error: unknown) => {
        this.problem = words(error);
      },
    );
  }

  override render(): TemplateResult | typeof nothing {
    if (this.problem !== "") return html`<p class="notice" role="alert">${this.problem}</p>`;
    if (this.lines === null) return nothing;
    if (this.lines.length === 0) return html`<p class="soft">Nothing has left this home.</p>`;
    return html`<ul>
      ${this.lines.map((line) => {
        const at = Date.parse(line.at);
        return html`<li>
          <p>${line.kind}: ${line.summary}</p>
          <p class="soft small">
            ${dateName(at)}, ${clock(at)} · ${bytes(line.size_bytes)} · ${STATE[line.state]}${line.answer === "" ? "" : `: ${line.answer}`}
          </p>
        </li>`;
      })}
    </ul>`;
  }
}
