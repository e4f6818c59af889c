import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import type { Reported } from "./alert-card";
import "./alert-card";
import { categories, filtered, type Shown } from "./alerts";
import "./alerts-map";
import { categoryIcon } from "../ui/category-icon";
import { alerts, feedProblem, feedState, selected } from "./feed";
import { panel } from "./hub-style";
import "./report-dialog";
import { announcement, isMember, readAsGuest } from "./session";
import "./takedown-dialog";
import type { Category } from "./types";
import { categoryWord, plural } from "./words";

const MINUTE_MS = 60_000;

/** The alerts as a list and on a map, which point at each other. */
@customElement("nc-hub-alerts")
export class AlertsPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      .head {
        display: grid;
        gap: var(--space-3);
        margin-bottom: var(--space-4);
      }
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: var(--space-5);
        align-items: start;
      }
      .list {
        display: grid;
        gap: var(--space-4);
      }
      nc-hub-map {
        position: sticky;
        top: var(--space-4);
        height: min(calc(100dvh - 2 * var(--space-4)), 760px);
      }
      .filters button[aria-pressed="true"] {
        background: var(--accent);
        color: var(--accent-ink);
      }
      .empty {
        text-align: center;
      }
      @media (max-width: 860px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--space-4);
        }
        nc-hub-map {
          position: static;
          order: -1;
          height: 36dvh;
          min-height: 220px;
        }
      }
    `,
  ];

  private readonly alerts = new Watch(this, alerts);
  private readonly state = new Watch(this, feedState);
  private readonly problem = new Watch(this, feedProblem);
  private readonly selected = new Watch(this, selected);
  private readonly member = new Watch(this, isMember);
  @state() private chosen: ReadonlySet<Category> = new Set();
  @state() private now = Date.now();
  @state() private takingDown: Shown | null = null;
  @state() private reporting: Reported | null = null;
  private clock = 0;
  private known: ReadonlySet<string> | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.clock = window.setInterval(() => {
      this.now = Date.now();
    }, MINUTE_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.clock);
  }

  override updated(): void {
    if (this.state.value !== "ready") return;
    const fresh = this.alerts.value.filter(({ original }) => this.known?.has(original) === false);
    this.known = new Set(this.alerts.value.map(({ original }) => original));
    const [first] = fresh;
    if (first !== undefined)
      announcement.value = `New: ${categoryWord(first.category)}: ${first.headline}`;
  }

  override render(): TemplateResult {
    const shown = filtered(this.alerts.value, this.chosen);
    return html`
      <div class="head">
        <h2 class="page-title">Alerts</h2>
        <p class="soft small lead">
          ${
            this.member.value
              ? html`All alerts of your region, as they come.`
              : html`What neighbours tell everybody. Who has joined sees more. A place is always a
                  cell of several streets, never a home.`
          }
        </p>
        ${this.renderFilters()} ${this.renderState()}
      </div>
      <div class="both">
        <section aria-label="List of alerts">
          <p class="hidden-visually" role="status">${plural(shown.length, "alert")} shown</p>
          ${
            shown.length === 0
              ? this.renderNone()
              : html`<ul class="list" role="list">
                  ${repeat(
                    shown,
                    ({ original }) => original,
                    (alert) => this.renderAlert(alert),
                  )}
                </ul>`
          }
        </section>
        <nc-hub-map
          .alerts=${shown}
          .selected=${this.selected.value}
          @select=${(event: CustomEvent<string>) => this.show(event.detail)}
        ></nc-hub-map>
      </div>
      ${
        this.takingDown === null
          ? nothing
          : html`<nc-hub-takedown
              .alert=${this.takingDown}
              @close=${() => (this.takingDown = null)}
            ></nc-hub-takedown>`
      }
      ${
        this.reporting === null
          ? nothing
          : html`<nc-hub-report
              .alert=${this.reporting.alert}
              .subject=${this.reporting.subject}
              .about=${this.reporting.about}
              @close=${() => (this.reporting = null)}
            ></nc-hub-report>`
      }
    `;
  }

  private renderAlert(alert: Shown): TemplateResult {
    return html`<li>
      <nc-hub-alert
        data-alert=${alert.original}
        .alert=${alert}
        .now=${this.now}
        .selected=${alert.original === this.selected.value}
        @select=${() => this.select(alert.original)}
        @takedown=${() => (this.takingDown = alert)}
        @report=${({ detail }: CustomEvent<Reported>) => (this.reporting = detail)}
      ></nc-hub-alert>
    </li>`;
  }

  private renderFilters(): TemplateResult | typeof nothing {
    const found = categories(this.alerts.value);
    if (found.size < 2 && this.chosen.size === 0) return nothing;
    const all = [...new Set([...found.keys(), ...this.chosen])];
    return html`<div class="filters row" role="group" aria-label="Show only">
      ${all.map(
        (category) => html`<button
          aria-pressed=${this.chosen.has(category)}
          @click=${() => this.toggle(category)}
        >
          ${categoryIcon(category, 16)}${categoryWord(category)}
          <span class="numbers">${found.get(category) ?? 0}</span>
        </button>`,
      )}
    </div>`;
  }

  private renderState(): TemplateResult {
    return html`<div role="status">${this.renderProblem()}</div>`;
  }

  private renderProblem(): TemplateResult | typeof nothing {
    const guest = html`<button @click=${readAsGuest}>Show the public alerts</button>`;
    switch (this.state.value) {
      case "lost":
        return html`<p class="notice">
          ${this.problem.value}
        </p>`;
      case "refused":
        return html`<div class="notice row">
          <span>The pass is not of today. Open this page again from NeighborCam.</span>${guest}
        </div>`;
      case "nowhere":
        return html`<div class="notice row">
          <span>The link names no region. Open this page again from NeighborCam.</span>${guest}
        </div>`;
      default:
        return nothing;
    }
  }

  private renderNone(): TemplateResult | typeof nothing {
    if (this.state.value === "loading") return html`<p class="panel empty soft">Loading…</p>`;
    if (this.state.value !== "ready") return nothing;
    return html`<p class="panel empty soft">
      ${this.alerts.value.length === 0 ? "No alerts. That is good news." : "None of this kind."}
    </p>`;
  }

  private toggle(category: Category): void {
    const next = new Set(this.chosen);
    if (!next.delete(category)) next.add(category);
    this.chosen = next;
  }

  private select(original: string): void {
    selected.value = selected.value === original ? null : original;
  }

  /** From the map: point out the card, and read it to who cannot see that. */
  private show(original: string): void {
    selected.value = original;
    const card = this.renderRoot.querySelector(`[data-alert="${original}"]`);
    card?.scrollIntoView({ block: "nearest" });
    const alert = this.alerts.value.find((each) => each.original === original);
    if (alert !== undefined)
      announcement.value = `Selected: ${categoryWord(alert.category)}: ${alert.headline}`;
  }
}
