import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Watch } from "../state/store";
import { partLinks, shell } from "../ui/shell";
import { base } from "../ui/styles";
import type { View } from "./address";
import "./about-page";
import "./agencies-page";
import "./agency-page";
import "./alerts-page";
import "./decisions-page";
import "./join-page";
import "./log-page";
import "./numbers-page";
import { announcement, begin, hub, online, view } from "./session";
import "./stewards-page";
import "./takedown-page";

const PAGES: readonly (readonly [View, string])[] = [
  ["alerts", "Alerts"],
  ["agencies", "Agencies"],
  ["log", "Public log"],
  ["numbers", "Statistics"],
  ["about", "About"],
  ["stewards", "Stewards"],
];

/** Parts to which only a link leads. */
const ELSEWHERE: readonly (readonly [View, string])[] = [
  ["join", "Join"],
  ["agency", "Agency"],
  ["takedown", "A picture that should go"],
  ["decisions", "Decisions"],
];

/** The hub's page: what is open, and the way to the rest. */
@customElement("nc-hub")
export class HubPage extends LitElement {
  static override styles = [
    base,
    shell(1480, 640),
    css`
      h1 {
        flex: 1 1 auto;
        min-width: 0;
        overflow-wrap: anywhere;
        line-height: 1.25;
      }
      .offline {
        margin-bottom: var(--space-3);
        padding: var(--space-2) var(--space-4);
        border-radius: var(--radius-m);
        background: var(--motion-soft);
        color: var(--motion);
        font-size: var(--text-s);
        font-weight: 550;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
        margin-top: var(--space-6);
        font-size: var(--text-s);
      }
      footer a {
        color: var(--ink-soft);
      }
    `,
  ];

  private readonly view = new Watch(this, view);
  private readonly hub = new Watch(this, hub);
  private readonly online = new Watch(this, online);
  private readonly announcement = new Watch(this, announcement);
  private last: View | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    begin();
  }

  override updated(): void {
    const now = this.view.value;
    const word = [...PAGES, ...ELSEWHERE].find(([page]) => page === now)?.[1] ?? "";
    document.title = `${word} · ${this.name}`;
    if (this.last !== null && this.last !== now)
      this.renderRoot.querySelector("main")?.focus({ preventScroll: true });
    this.last = now;
  }

  override render(): TemplateResult {
    return html`
      <header>
        <img src="./icon.svg" alt="" width="34" height="34" />
        <h1>${this.name}</h1>
        ${partLinks(PAGES.map(([page, word]) => ({ href: `./#${page}`, word, isOpen: page === this.open })))}
      </header>
      <p class="hidden-visually" role="status" aria-label="News">${this.announcement.value}</p>
      <div role="status" aria-label="Network">
        ${
          this.online.value
            ? nothing
            : html`<p class="offline">You are offline. What you see may be old.</p>`
        }
      </div>
      <main tabindex="-1">${this.renderPage()}</main>
      <footer class="soft" aria-label="About">
        ${this.hub.value?.contact ? html`<span>Run by ${this.hub.value.contact}</span>` : nothing}
        <a href="./#takedown">Pictures that should go</a>
        <a href="./#about">What this hub holds</a>
        <a href="./api/terms">Terms of Asking</a>
        <a href="./feeds/alerts.atom">Feed for readers (Atom)</a>
        <a href="./feeds/alerts.geojson">GeoJSON</a>
        <a href="./feeds/alerts.georss">GeoRSS</a>
        <span class="push">NeighborCam ${this.hub.value?.version ?? ""}</span>
      </footer>
    `;
  }

  /** The part that the menu points at: one agency is below all of them. */
  private get open(): View {
    return this.view.value === "agency" ? "agencies" : this.view.value;
  }

  private get name(): string {
    return this.hub.value?.name ?? "Neighbourhood";
  }

  private renderPage(): TemplateResult {
    switch (this.view.value) {
      case "join":
        return html`<nc-hub-join></nc-hub-join>`;
      case "stewards":
        return html`<nc-hub-stewards></nc-hub-stewards>`;
      case "numbers":
        return html`<nc-hub-numbers></nc-hub-numbers>`;
      case "agencies":
        return html`<nc-hub-agencies></nc-hub-agencies>`;
      case "agency":
        return html`<nc-hub-agency-page></nc-hub-agency-page>`;
      case "log":
        return html`<nc-hub-log></nc-hub-log>`;
      case "about":
        return html`<nc-hub-about></nc-hub-about>`;
      case "takedown":
        return html`<nc-hub-takedown-page></nc-hub-takedown-page>`;
      case "decisions":
        return html`<nc-hub-decisions></nc-hub-decisions>`;
      default:
        return html`<nc-hub-alerts></nc-hub-alerts>`;
    }
  }
}
