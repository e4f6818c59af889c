import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../ui/icon";
import { base, buttons } from "../ui/styles";
import type { Shown } from "./alerts";
import { categoryIcon } from "../ui/category-icon";
import "./comments";
import { loadDetails } from "./feed";
import { panel } from "./hub-style";
import "./hub-media";
import { client } from "./session";
import type { PublishedComment } from "./types";
import { badges, categoryWord, moment, plural, reactions, relative, tone } from "./words";

/** What somebody wants stewards to look at: an alert, or a comment below it. */
export interface Reported {
  readonly alert: string;
  readonly subject: string;
  readonly about: string;
}

/** One alert. Fires `select`, `takedown` of who is in its picture, and `report`. */
@customElement("nc-hub-alert")
export class AlertCard extends LitElement {
  static override styles = [
    base,
    buttons,
    panel,
    css`
      article {
        display: grid;
        gap: var(--space-3);
        transition: border-color var(--quick);
      }
      :host([selected]) article {
        border-color: var(--accent);
        box-shadow: 0 0 0 1px var(--accent);
      }
      header {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 2px var(--space-3);
        align-items: center;
      }
      .sign {
        grid-row: span 2;
      }
      h3 {
        font-size: var(--text-l);
      }
      h3 button {
        display: inline;
        min-height: 0;
        padding: 0;
        border: 0;
        border-radius: 4px;
        background: none;
        font: inherit;
        line-height: 1.3;
        text-align: start;
        white-space: normal;
        overflow-wrap: anywhere;
      }
      h3 button:hover:not(:disabled) {
        background: none;
        text-decoration: underline;
      }
      .do {
        padding: var(--space-3) var(--space-4);
        border-radius: var(--radius-m);
        background: var(--surface-sunk);
      }
      .cancelled {
        text-decoration: line-through;
      }
      .media {
        display: grid;
        gap: var(--space-2);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) alert!: Shown;
  @property({ attribute: false }) now = Date.now();
  @property({ type: Boolean, reflect: true }) selected = false;
  @state() private open = false;
  private readonly eye = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    this.eye.disconnect();
    if (this.alert.media === null) void loadDetails(client, this.alert);
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.eye.disconnect();
  }

  override updated(changed: PropertyValues<this>): void {
    // The public feed does not say whether there are pictures; whoever looks at a card asks.
    if (changed.has("alert") && this.alert.media === null) this.eye.observe(this);
  }

  override render(): TemplateResult {
    const { alert } = this;
    return html`<article class="panel" aria-labelledby="headline">
      <header>
        <span class=${`sign ${tone(alert)}`}>${categoryIcon(alert.category, 24)}</span>
        <p class="small soft">
          <b>${categoryWord(alert.category)}</b> ·
          <time datetime=${alert.onset} title=${moment(alert.onset)}
            >${relative(Date.parse(alert.onset), this.now)}</time
          >
        </p>
        <h3 id="headline">
          <button
            class=${alert.msgType === "cancel" ? "cancelled" : ""}
            aria-pressed=${this.selected}
            title="Show it on the map"
            @click=${this.select}
          >
            ${alert.headline}
          </button>
        </h3>
      </header>
      ${this.renderBadges()}
      ${alert.text === "" ? nothing : html`<p class="words">${alert.text}</p>`}
      ${
        alert.instruction === ""
          ? nothing
          : html`<p class="do words"><b>What to do:</b> ${alert.instruction}</p>`
      }
      ${this.renderMedia()}
      ${this.renderReactions()}
      <div class="actions">${this.renderActions()}</div>
      ${this.open ? html`<nc-hub-comments id="comments" .alert=${alert.id}
            @report=${({ detail }: CustomEvent<PublishedComment>) => this.report(detail.id, detail.text)}
          ></nc-hub-comments>` : nothing}
    </article>`;
  }

  private renderBadges(): TemplateResult | typeof nothing {
    const found = badges(this.alert);
    if (found.length === 0) return nothing;
    return html`<ul class="row" role="list" aria-label="State">
      ${found.map(({ text, tone }) => html`<li class=${`badge ${tone}`}>${text}</li>`)}
    </ul>`;
  }

  private renderMedia(): TemplateResult | typeof nothing {
    const media = this.alert.media ?? [];
    if (media.length === 0) return nothing;
    return html`<div class="media">
      ${media.map(
        (item, at) => html`<nc-hub-media
          .alert=${this.alert.id}
          .item=${item}
          .alt=${`${item.kind === "clip" ? "Clip" : "Picture"} ${at + 1} of “${this.alert.headline}”`}
        ></nc-hub-media>`,
      )}
    </div>`;
  }

  private renderReactions(): TemplateResult | typeof nothing {
    const text = reactions(this.alert.reactions);
    return text === "" ? nothing : html`<p class="small soft">${text}</p>`;
  }

  private renderActions(): TemplateResult {
    const { alert } = this;
    const cap = html`<a class="button" href=${`./feeds/${alert.id}.cap`}
      >CAP<span class="hidden-visually"> document of this alert</span></a
    >`;
    return html`
      ${
        (alert.comments ?? 0) === 0
          ? nothing
          : html`<button
              aria-expanded=${this.open}
              aria-controls="comments"
              @click=${() => (this.open = !this.open)}
            >
              ${plural(alert.comments ?? 0, "comment")}
            </button>`
      }
      ${
        (alert.media ?? []).length === 0
          ? nothing
          : html`<button @click=${() => this.dispatchEvent(new CustomEvent("takedown"))}>
              ${icon("person", 16)}I am in this picture
            </button>`
      }
      <button class="plain" @click=${() => this.report(alert.id, alert.headline)}>Report</button>
      ${alert.isPublic ? cap : nothing}
      <span class="small soft push">until ${moment(alert.expires)}</span>
    `;
  }

  private report(subject: string, about: string): void {
    const detail: Reported = { alert: this.alert.id, subject, about };
    this.dispatchEvent(new CustomEvent("report", { detail }));
  }

  private select(): void {
    this.dispatchEvent(new CustomEvent("select"));
  }
}
