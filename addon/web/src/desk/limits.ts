import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import { base, fields } from "../ui/styles";
import { sheet } from "./style";
import { T } from "./texts";
import type { Examined, Measure } from "./types";
import { number } from "./words";

/** How much of each limit a draft takes, and what a steward will look at. */
@customElement("nc-desk-limits")
export class Limits extends LitElement {
  static override styles = [
    base,
    fields,
    panel,
    sheet,
    css`
      li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 2px var(--space-2);
        font-size: var(--text-s);
      }
      ul {
        display: grid;
        gap: var(--space-3);
      }
      .bar {
        display: block;
        width: 100%;
        height: 6px;
        border-radius: var(--radius-full);
        background: var(--surface-sunk);
        overflow: hidden;
      }
      .bar rect {
        fill: var(--accent);
      }
      .over .bar rect {
        fill: var(--danger);
      }
      .over b {
        color: var(--danger);
      }
    `,
  ];

  @property({ attribute: false }) found: Examined | null = null;
  /** What is said when nothing has to change. */
  @property() good: string = T.request.good;

  override render(): TemplateResult | typeof nothing {
    const { found } = this;
    if (found === null) return nothing;
    const about = found.problems.filter(({ field }) => field === "");
    return html`<section class="panel">
      <p class=${found.problems.length === 0 ? "good" : "soft"}><b>${found.problems.length === 0 ? this.good : T.request.problems(found.problems.length)}</b></p>
      ${about.map(({ text }) => html`<p class="problem">${text}</p>`)}
      <ul role="list">${found.measures.map(renderMeasure)}</ul>
      ${found.findings.map(({ words, advice }) => html`<p class="caution">“${words}”: ${advice}</p>`)}
    </section>`;
  }
}

function renderMeasure({ name, value, most, least, unit }: Measure): TemplateResult {
  // Requests are counted before this one: with it there must be room.
  const isOver = unit === "" ? value >= most : value > most || value < least;
  const share = Math.min(100, (100 * value) / most);
  return html`<li class=${isOver ? "over" : ""}>
    <span>${T.request.measures[name] ?? name}</span>
    <b class="numbers">${T.request.of(number(value, unit).replace(` ${unit}`, ""), number(most, unit))}</b>
    <svg class="bar" aria-hidden="true"><rect width=${`${share}%`} height="6" rx="3"></rect></svg>
  </li>`;
}
