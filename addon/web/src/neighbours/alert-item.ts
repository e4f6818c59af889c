import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type NeighbourAlert, type Reaction, REACTIONS } from "../api/neighbours";
import type { Scope } from "../api/types";
import { client, scope } from "../state/session";
import { Watch } from "../state/store";
import { categoryIcon } from "../ui/category-icon";
import "../ui/confirm";
import { icon } from "../ui/icon";
import { base, buttons, fields } from "../ui/styles";
import "./alert-comments";
import "./alert-more";
import { Doing } from "./doing";
import "./report";
import { when } from "./request-words";
import { neighbourly } from "./style";
import { ago, badges, categoryWord, iconOf, reactionWord, standing, tone } from "./words";

type Open = "comments" | "more" | "report" | null;

/** One alert: what it says, what neighbours say to it, what this home can say. Fires `select`. */
@customElement("nc-alert-item")
export class AlertItem extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
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
      header .sign {
        grid-row: span 2;
      }
      h3 {
        overflow-wrap: anywhere;
      }
      .done h3 {
        color: var(--ink-soft);
      }
      .cancelled h3 {
        text-decoration: line-through;
      }
    `,
  ];

  @property({ attribute: false }) alert!: NeighbourAlert;
  @property({ attribute: false }) now = Date.now();
  @property({ type: Boolean, reflect: true }) selected = false;
  @state() private pictures: Readonly<Record<string, string>> = {};
  @state() private open: Open = null;
  /** Said here just now: the engine tells of it when the alert changes next. */
  @state() private said: Reaction | null = null;
  private readonly doing = new Doing(this);
  private readonly scope = new Watch<Scope>(this, scope);

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("alert") && changed.get("alert")?.id !== this.alert.id) this.said = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    Object.values(this.pictures).forEach(URL.revokeObjectURL);
    this.pictures = {};
  }

  override render(): TemplateResult {
    const { alert } = this;
    const cancelled = alert.msg_type === "cancel";
    const state = cancelled ? "done cancelled" : alert.urgency === "past" ? "done" : "";
    return html`<article class=${`card ${state}`} aria-labelledby="headline">
      <header>
        <span class=${`sign ${tone(alert)}`}>${categoryIcon(iconOf(alert.category), 24)}</span>
        <p class="small soft">
          <b>${categoryWord(alert.category)}</b> ·
          <time datetime=${alert.onset} title=${when(alert.onset)}>${ago(Date.parse(alert.onset), this.now)}</time>
        </p>
        <h3 id="headline">${alert.headline}</h3>
      </header>
      <ul class="row" role="list" aria-label="State">
        ${badges(alert).map((each) => html`<li class=${`badge ${each.tone}`}>${each.text}</li>`)}
      </ul>
      ${cancelled ? html`<p class="small soft">Whoever wrote it says that it was none.</p>` : this.renderWords(alert)}
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      ${cancelled ? nothing : this.renderActions(alert)} ${this.renderOpen()}
    </article>`;
  }

  private renderWords(alert: NeighbourAlert): TemplateResult {
    const counts = standing(alert);
    return html`
      ${alert.text === "" ? nothing : html`<p class="words">${alert.text}</p>`}
      ${alert.instruction === "" ? nothing : html`<p class="sunk words"><b>What to do:</b> ${alert.instruction}</p>`}
      ${alert.media.map((item) => this.renderMedia(item))}
      ${counts === "" ? nothing : html`<p class="small soft">${counts}</p>`}
    `;
  }

  private renderMedia({ id, kind }: NeighbourAlert["media"][number]): TemplateResult {
    const address = this.pictures[id];
    if (address === undefined)
      return html`<div class="row"><button @click=${() => this.load(id)}>${icon("play", 14)}Show the ${kind}</button></div>`;
    return kind === "picture"
      ? html`<img src=${address} alt="Picture of this alert" />`
      : html`<video src=${address} controls muted playsinline aria-label="Clip of this alert"></video>`;
  }

  private renderActions(alert: NeighbourAlert): TemplateResult {
    const acts = this.scope.value === "admin";
    return html`
      ${acts && !alert.mine ? this.renderReactions(alert) : nothing}
      <div class="row">
        <button aria-expanded=${this.open === "comments"} @click=${() => this.toggle("comments")}>
          ${icon("bubble", 14)}Comments (${alert.comments})
        </button>
        <button class="plain" @click=${() => this.dispatchEvent(new CustomEvent("select"))}>${icon("map", 14)}On the map</button>
        ${!acts ? nothing : alert.mine ? this.renderOwn(alert) : this.renderReport()}
      </div>
    `;
  }

  private renderReactions(alert: NeighbourAlert): TemplateResult {
    const said = this.said ?? alert.reaction;
    return html`<div class="row" role="group" aria-label="What this home says to it">
      ${REACTIONS.map(
        (reaction) => html`<button
          class=${said === reaction ? "primary" : ""}
          aria-pressed=${said === reaction ? "true" : "false"}
          ?disabled=${this.doing.busy}
          @click=${() => this.react(reaction)}
        >${said === reaction ? icon("check", 14) : nothing}${reactionWord(reaction)}</button>`,
      )}
    </div>`;
  }

  private async react(kind: Reaction): Promise<void> {
    const { id } = this.alert;
    if (await this.doing.tell(() => client.react(id, kind), `Said: ${reactionWord(kind)}`))
      this.said = kind;
  }

  private renderOwn(alert: NeighbourAlert): TemplateResult {
    return html`
      <button aria-expanded=${this.open === "more"} @click=${() => this.toggle("more")}>${icon("pencil", 14)}I know more</button>
      ${
        alert.urgency === "past"
          ? nothing
          : html`<nc-confirm tone="" question="Tell everybody that it is over?" yes="Yes, it is over" no="Not yet"
              @confirmed=${() => this.doing.tell(() => client.updateAlert(alert.id, { urgency: "past" }), "Told: it is over")}
            >It is over</nc-confirm>`
      }
      <nc-confirm question="Tell everybody that it was none?" yes="Yes, take it back"
        @confirmed=${() => this.doing.tell(() => client.cancelAlert(alert.id), "Taken back")}
      >Take back</nc-confirm>
    `;
  }

  private renderReport(): TemplateResult {
    return html`<button class="plain push" aria-expanded=${this.open === "report"} @click=${() => this.toggle("report")}>
      ${icon("flag", 14)}Report
    </button>`;
  }

  private renderOpen(): TemplateResult | typeof nothing {
    const close = (): void => {
      this.open = null;
    };
    switch (this.open) {
      case "comments":
        return html`<nc-alert-comments .alert=${this.alert.id}></nc-alert-comments>`;
      case "more":
        return html`<nc-alert-more .alert=${this.alert} @done=${close}></nc-alert-more>`;
      case "report":
        return html`<nc-report .alert=${this.alert.id} what="this alert" @done=${close}></nc-report>`;
      default:
        return nothing;
    }
  }

  private toggle(what: Open): void {
    this.open = this.open === what ? null : what;
  }

  private load(id: string): Promise<boolean> {
    return this.doing.run(async () => {
      const address = await client.picture(`api/alerts/${this.alert.id}/media/${id}`);
      this.pictures = { ...this.pictures, [id]: address };
    });
  }
}
