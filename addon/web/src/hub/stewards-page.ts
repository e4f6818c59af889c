import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { Problem, words } from "../api/client";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import "./agency-card";
import "./application-card";
import "./case-card";
import { refresh } from "./feed";
import { panel } from "./hub-style";
import "./review-card";
import { announcement, client, endSteward, findSteward, hub, steward } from "./session";
import "./steward-demand";
import "./steward-invites";
import "./steward-offices";
import "./steward-sign-in";
import type { Agency, Application, Case, Review, Warning } from "./types";
import "./warning-card";
import { plural } from "./words";

const ASK_EVERY_MS = 30_000;

/** Who the stewards are, and for them: what waits. */
@customElement("nc-hub-stewards")
export class StewardsPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 340px;
        gap: var(--space-5);
        align-items: start;
      }
      @media (max-width: 960px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  private readonly steward = new Watch(this, steward);
  private readonly hub = new Watch(this, hub);
  @state() private cases: readonly Case[] | null = null;
  @state() private reviews: readonly Review[] = [];
  @state() private warnings: readonly Warning[] = [];
  @state() private applications: readonly Application[] = [];
  @state() private agencies: readonly Agency[] = [];
  @state() private problem = "";
  private clock = 0;
  /** What is being asked; two at once could show the older of two answers. */
  private asking: Promise<void> | null = null;
  private leaving = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void findSteward();
    this.clock = window.setInterval(() => {
      if (!document.hidden && steward.value !== null) void this.load();
    }, ASK_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.clock);
  }

  override updated(): void {
    if (this.steward.value !== null && this.cases === null && this.problem === "") void this.load();
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">Stewards</h2>
      ${this.steward.value === null ? this.renderOutside() : this.renderDesk(this.steward.value)}
    </div>`;
  }

  private renderOutside(): TemplateResult {
    const names = this.hub.value?.stewards ?? [];
    return html`
      <p class="lead">
        Stewards look at pictures before anybody sees them, and at what neighbours flag. They give a
        public reason for every decision.
        ${
          this.hub.value === null
            ? nothing
            : names.length === 0
              ? "This hub has no steward yet."
              : html`Here these are <b>${names.join(", ")}</b>.`
        }
      </p>
      <nc-hub-steward-sign-in></nc-hub-steward-sign-in>
    `;
  }

  private renderDesk(name: string): TemplateResult {
    return html`
      <div class="row">
        <p>Logged in as <b>${name}</b></p>
        <button class="push" @click=${this.logOut}>Log out</button>
      </div>
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      <div class="both">
        <section class="stack" aria-labelledby="queue">
          <h3 id="queue">
            ${this.cases === null ? "Loading…" : waiting(this.count)}
          </h3>
          ${this.renderCases(this.cases?.filter(({ due }) => due !== null) ?? [])}
          ${repeat(
            this.reviews,
            ({ sha256 }) => sha256,
            (each) => html`<nc-hub-review .review=${each} @decided=${this.decided}></nc-hub-review>`,
          )}
          ${repeat(
            this.warnings,
            ({ sha256 }) => sha256,
            (each) => html`<nc-hub-warning .warning=${each} @decided=${this.decided}></nc-hub-warning>`,
          )}
          ${repeat(
            this.applications,
            ({ id }) => id,
            (each) => html`<nc-hub-application .application=${each} @decided=${this.decided}></nc-hub-application>`,
          )}
          ${this.renderCases(this.cases?.filter(({ due }) => due === null) ?? [])}
        </section>
        <div class="stack">
          ${repeat(
            this.agencies,
            ({ id }) => id,
            (each) => html`<nc-hub-agency .agency=${each} @decided=${this.decided}></nc-hub-agency>`,
          )}
          <nc-hub-steward-invites></nc-hub-steward-invites>
          <nc-hub-steward-offices></nc-hub-steward-offices>
          <nc-hub-steward-demand></nc-hub-steward-demand>
        </div>
      </div>
    `;
  }

  private renderCases(cases: readonly Case[]): unknown {
    return repeat(
      cases,
      ({ id }) => id,
      (each) => html`<nc-hub-case .case=${each} @decided=${this.decided}></nc-hub-case>`,
    );
  }

  private get count(): number {
    const agencies = this.reviews.length + this.warnings.length + this.applications.length;
    return (this.cases?.length ?? 0) + agencies;
  }

  private load(): Promise<void> {
    if (this.leaving) return Promise.resolve();
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(): Promise<void> {
    try {
      [this.reviews, this.warnings, this.applications, this.agencies] = await Promise.all([
        client.reviews(),
        client.warnings(),
        client.applications(),
        client.agencies(),
      ]);
      this.cases = await client.cases();
      this.problem = "";
    } catch (error) {
      this.problem = words(error);
      if (error instanceof Problem && error.status === 401) this.leave();
    }
  }

  private async decided(): Promise<void> {
    await this.asking; // It may have been answered before the decision.
    await this.load();
    announcement.value = `Decided. ${waiting(this.count)}`;
    this.renderRoot.querySelector<HTMLElement>("nc-hub-case")?.focus();
    void refresh(client, true);
  }

  private async logOut(): Promise<void> {
    this.leaving = true;
    try {
      await this.asking; // Afterwards it would be refused.
      await client.logOut();
      this.leave();
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.leaving = false;
    }
  }

  private leave(): void {
    this.cases = null;
    this.reviews = this.warnings = this.applications = this.agencies = [];
    this.problem = "";
    endSteward();
  }
}

const waiting = (count: number): string =>
  count === 0 ? "Nothing waits" : plural(count, "case waits", "cases wait");
