import { css, html, LitElement, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { StorageReport } from "../api/types";
import { cameraName } from "../state/home";
import { client, home } from "../state/session";
import { bytes, dateName } from "../time/words";
import { base } from "../ui/styles";

/** The disk as a bar: each camera's recordings, other files, free. */
@customElement("nc-storage")
export class Storage extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
        font-size: var(--text-s);
      }
      svg {
        width: 100%;
        height: 14px;
        border-radius: var(--radius-full);
        background: var(--surface-sunk);
      }
      .others {
        fill: var(--line-strong);
        opacity: 0.45;
      }
      .recordings {
        fill: var(--accent);
      }
      li {
        display: flex;
        gap: var(--space-3);
        padding: 3px 0;
      }
      b {
        margin-inline-start: auto;
        font-weight: 600;
      }
    `,
  ];

  @state() private report: StorageReport | null = null;
  @state() private problem = "";

  override async connectedCallback(): Promise<void> {
    super.connectedCallback();
    try {
      this.report = await client.storage();
    } catch (error) {
      this.problem = words(error);
    }
  }

  override render(): TemplateResult {
    const { report } = this;
    if (report === null) return html`<p class="soft">${this.problem || "Reading…"}</p>`;
    const recorded = report.cameras.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
    const others = Math.max(0, report.total_bytes - report.free_bytes - recorded);
    return html`
      <svg aria-hidden="true">
        ${part("recordings", 0, recorded, report.total_bytes)}
        ${part("others", recorded, others, report.total_bytes)}
      </svg>
      <p class="soft numbers">
        ${bytes(recorded)} of recordings, ${bytes(report.free_bytes)} free of
        ${bytes(report.total_bytes)}
      </p>
      <ul>
        ${report.cameras.map(
          (use) =>
            html`<li>
              <span>${cameraName(home.value, use.camera)}</span>
              <span class="soft"
                >${use.oldest_at === null ? "" : `since ${dateName(Date.parse(use.oldest_at))}`}</span
              >
              <b class="numbers">${bytes(use.size_bytes)}</b>
            </li>`,
        )}
      </ul>
    `;
  }
}

function part(kind: string, from: number, size: number, total: number): SVGTemplateResult {
  const percent = (value: number) => `${(100 * value) / Math.max(1, total)}%`;
  return svg`<rect class=${kind} x=${percent(from)} width=${percent(size)} height="100%"></rect>`;
}
