import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { NeighbourAlert } from "../api/neighbours";
import type { Scope } from "../api/types";
import type { Shown } from "../hub/alerts";
import { withRings } from "../hub/cells";
import type { Home } from "../state/home";
import { announcement, home, scope } from "../state/session";
import { Watch } from "../state/store";
import { icon } from "../ui/icon";
import { base, buttons } from "../ui/styles";
import "./alert-item";
import "./own-words";
import { neighbourly } from "./style";
import { categoryWord, current, iconOf, isOver, originalOf } from "./words";

const MINUTE_MS = 60_000;

/** The alerts near this home: as a list and on a map that asks nobody for tiles. Fires `write`. */
@customElement("nc-alerts-view")
export class AlertsView extends LitElement {
  static override styles = [
    base,
    buttons,
    neighbourly,
    css`
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 380px);
        gap: var(--space-4);
        align-items: start;
      }
      .list {
        display: grid;
        gap: var(--space-3);
      }
      nc-hub-map {
        position: sticky;
        top: 0;
        height: 440px;
      }
      .switch-view {
        display: none;
        margin-bottom: var(--space-3);
      }
      .empty {
        display: grid;
        gap: var(--space-3);
        justify-items: center;
        padding: var(--space-6) var(--space-4);
        text-align: center;
      }
      .empty p {
        max-width: 44ch;
      }
      @media (max-width: 860px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
        .switch-view {
          display: flex;
        }
        .both[data-view="list"] nc-hub-map,
        .both[data-view="map"] .list {
          display: none;
        }
        nc-hub-map {
          position: static;
          height: 60dvh;
        }
      }
    `,
  ];

  private readonly home = new Watch<Home>(this, home);
  private readonly scope = new Watch<Scope>(this, scope);
  @state() private view: "list" | "map" = "list";
  @state() private selected: string | null = null;
  @state() private now = Date.now();
  @state() private onMap: readonly Shown[] = [];
  private drawn: readonly NeighbourAlert[] | null = null;
  private clock = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    // Large, and needless for whoever never looks at the neighbourhood.
    void import("../hub/alerts-map");
    this.clock = window.setInterval(() => {
      this.now = Date.now();
    }, MINUTE_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.clock);
  }

  override willUpdate(_changed: PropertyValues<this>): void {
    const { alerts } = this.home.value;
    if (alerts === this.drawn) return;
    this.drawn = alerts;
    void withRings(current(alerts).map(shown)).then((drawn) => {
      if (alerts === this.drawn) this.onMap = drawn;
    });
  }

  override render(): TemplateResult {
    const alerts = ordered(current(this.home.value.alerts));
    return html`
      ${this.scope.value === "admin" ? html`<nc-own-words></nc-own-words>` : nothing}
      ${alerts.length === 0 ? this.renderNone() : this.renderBoth(alerts)}
    `;
  }

  private renderBoth(alerts: readonly NeighbourAlert[]): TemplateResult {
    return html`
      <div class="row switch-view" role="group" aria-label="Show as">
        ${this.renderSwitch("list", "List")} ${this.renderSwitch("map", "Map")}
      </div>
      <div class="both" data-view=${this.view}>
        <section class="list" aria-label="Alerts near this home">
          ${repeat(
            alerts,
            originalOf,
            (alert) => html`<nc-alert-item
              .alert=${alert}
              .now=${this.now}
              ?selected=${originalOf(alert) === this.selected}
              @select=${() => this.point(alert)}
            ></nc-alert-item>`,
          )}
        </section>
        <nc-hub-map
          .alerts=${this.onMap}
          .selected=${this.selected}
          @select=${(event: CustomEvent<string>) => this.show(event.detail)}
        ></nc-hub-map>
      </div>
    `;
  }

  private renderSwitch(view: "list" | "map", word: string): TemplateResult {
    const is = this.view === view;
    return html`<button class=${is ? "primary" : ""} aria-pressed=${is} @click=${() => (this.view = view)}>
      ${icon(view, 16)}${word}
    </button>`;
  }

  private renderNone(): TemplateResult {
    const { hub } = this.home.value.sharing;
    const away = hub?.state === "unreachable" || hub?.state === "connecting";
    if (hub?.state === "distrusted")
      return html`<div class="empty"><h3>Nothing is shown of a hub that is not trusted</h3></div>`;
    return html`<div class="empty">
      <h3>No alerts near this home</h3>
      <p class="soft small">
        ${away ? "As long as the hub is away, nothing new can be heard." : "What neighbours tell within your radius comes here by itself."}
      </p>
      ${this.scope.value === "admin" ? html`<button class="primary" @click=${() => this.dispatchEvent(new CustomEvent("write"))}>${icon("pencil", 16)}Write one</button>` : nothing}
    </div>`;
  }

  private point(alert: NeighbourAlert): void {
    this.selected = originalOf(alert);
    this.view = "map";
  }

  private async show(original: string): Promise<void> {
    this.selected = original;
    const found = current(this.home.value.alerts).find((each) => originalOf(each) === original);
    if (found !== undefined) announcement.value = `${categoryWord(found.category)}: ${found.headline}`;
    await this.updateComplete;
    this.renderRoot
      .querySelector("nc-alert-item[selected]")
      ?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }
}

/** What is over stands below what is not. */
function ordered(alerts: readonly NeighbourAlert[]): NeighbourAlert[] {
  return [...alerts].sort((one, other) => Number(isOver(one)) - Number(isOver(other)));
}

/** An alert as the map knows it; what is over is calm. */
function shown(alert: NeighbourAlert): Shown {
  return {
    ...alert,
    original: originalOf(alert),
    category: iconOf(alert.category) as Shown["category"],
    severity: isOver(alert) ? "unknown" : alert.severity,
    msgType: alert.msg_type,
    status: "actual",
    isPublic: false,
    published: null,
    ring: null,
    reactions: {},
    media: [],
  };
}
