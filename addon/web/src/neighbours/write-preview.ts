import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { AlertPreview } from "../api/neighbours";
import { categoryIcon } from "../ui/category-icon";
import { base, buttons } from "../ui/styles";
import "./chosen-picture";
import { when } from "./request-words";
import "./sketch";
import { neighbourly } from "./style";
import { categoryWord, certaintyWord, iconOf, severityWord, tone, urgencyWord } from "./words";
import type { Chosen } from "./writing";

/** Exactly what would leave, nothing else. Fires `back` and `send`. */
@customElement("nc-write-preview")
export class WritePreview extends LitElement {
  static override styles = [
    base,
    buttons,
    neighbourly,
    css`
      .head {
        display: flex;
        gap: var(--space-3);
        align-items: center;
      }
      .both {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr));
        gap: var(--space-4);
        align-items: start;
      }
      nc-sketch {
        max-width: 260px;
      }
    `,
  ];

  @property({ attribute: false }) preview!: AlertPreview;
  @property({ attribute: false }) chosen: readonly Chosen[] = [];
  @property() readers = "";
  @property({ type: Boolean }) working = false;

  override render(): TemplateResult {
    const { alert, area, advice } = this.preview;
    return html`<div class="stack">
      <h3>This would leave, and nothing else:</h3>
      <article class="card">
        <div class="head">
          <span class=${`sign ${tone(alert)}`}>${categoryIcon(iconOf(alert.category), 24)}</span>
          <div>
            <p class="small soft">${categoryWord(alert.category)}</p>
            <h4 class="words">${alert.headline}</h4>
          </div>
        </div>
        ${alert.text === "" ? nothing : html`<p class="words">${alert.text}</p>`}
        ${alert.instruction === "" ? nothing : html`<p class="sunk words"><b>What to do:</b> ${alert.instruction}</p>`}
      </article>
      ${
        this.chosen.length === 0
          ? nothing
          : html`<div class="both">
                ${repeat(
                  this.chosen,
                  ({ order }) => order.episode,
                  ({ order, made }, at) => html`<nc-chosen-picture settled .name=${`Picture ${at + 1}`} .order=${order} .made=${made}></nc-chosen-picture>`,
                )}
              </div>
              <p class="soft small">A steward looks at pictures before your neighbours can.</p>`
      }
      ${advice.length === 0 ? nothing : html`<ul class="advice">${advice.map(({ text }) => html`<li>${text}</li>`)}</ul>`}
      <div class="both">
        ${this.renderFacts()}
        <nc-sketch
          .area=${area.corners.map(({ longitude, latitude }) => [longitude, latitude])}
          label="The area that neighbours are told"
        ></nc-sketch>
      </div>
      <div class="row">
        <button class="primary" ?disabled=${this.working} @click=${() => this.dispatchEvent(new CustomEvent("send"))}>
          Send to the neighbours
        </button>
        <button @click=${() => this.dispatchEvent(new CustomEvent("back"))}>Change it</button>
      </div>
    </div>`;
  }

  private renderFacts(): TemplateResult {
    const { alert, area } = this.preview;
    const rows: [string, string][] = [
      ["Where", `a hexagon of about ${area.km2} km² around this home (${area.cell})`],
      ["Since", when(alert.onset)],
      ["Until", when(alert.expires)],
      ["How soon", alert.urgency === "unknown" ? "" : urgencyWord(alert.urgency)],
      ["How sure", alert.certainty === "unknown" ? "" : certaintyWord(alert.certainty)],
      ["How grave", alert.severity === "unknown" ? "" : severityWord(alert.severity)],
      ["Readers", this.readers],
      ["Author", "a key made for this alert alone; no name"],
    ];
    return html`<dl>
      ${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
    </dl>`;
  }
}
