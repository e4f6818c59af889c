import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import { Watch } from "../state/store";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import "./area-map";
import { Doing } from "./doing";
import "./draft-preview";
import { Examination } from "./examination";
import "./limits";
import { announcement, client, desk } from "./session";
import { draftLayout, sheet } from "./style";
import { T } from "./texts";
import type { AlertDraft, AlertLine, Alerts } from "./types";
import { moment, spaced } from "./words";

const SEVERITIES = ["unknown", "minor", "moderate", "severe", "extreme"] as const;
const PLACE_DIGITS = 5;

/** Warn a neighbourhood: everything that keeps an alert from being sent is said while it is written. */
@customElement("nc-desk-warn")
export class WarnPage extends LitElement {
  static override styles = [base, buttons, fields, panel, sheet, draftLayout];

  private readonly desk = new Watch(this, desk);
  private readonly doing = new Doing(this);
  private readonly examination = new Examination(
    this,
    () => client.examineAlert(this.draft(), this.replaced?.id ?? ""),
    T.warn.good,
  );
  @state() private known: Alerts | null = null;
  @state() private replaced: AlertLine | null = null;
  @state() private said = "";

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.isOfficer) void this.doing.do(() => this.load());
  }

  private get isOfficer(): boolean {
    return this.desk.value?.own?.role === "officer";
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">${T.warn.title}</h2>
      ${this.isOfficer ? html`<p class="lead soft">${T.warn.lead}</p>` : html`<p class="caution">${T.warn.notOfficer}</p>`}
      <p class="problem" role="alert">${this.examination.isPreviewed ? nothing : this.doing.problem || nothing}</p>
      ${this.said === "" ? nothing : html`<p class="good" role="status">${this.said}</p>`}
      ${this.known === null ? nothing : [this.renderForm(this.known), this.renderSaid(this.known.alerts)]}
    </div>`;
  }

  private renderForm(known: Alerts): TemplateResult {
    return html`<form class="both" @input=${this.noted} @submit=${(event: SubmitEvent) => this.examination.preview(event)} novalidate>
      <div class="stack">
        ${this.replaced === null ? nothing : this.renderBefore(this.replaced)}
        ${this.renderWhat(known)} ${this.replaced === null ? this.renderWhere(known) : nothing}
      </div>
      <aside>
        <nc-desk-limits .found=${this.examination.found} good=${T.warn.good}></nc-desk-limits>
        <button class="primary" ?disabled=${this.doing.busy || !this.examination.isPassed}>${T.warn.preview}</button>
      </aside>
    </form>
    ${this.examination.isPreviewed ? this.renderPreview() : nothing}`;
  }

  private renderBefore({ headline }: AlertLine): TemplateResult {
    return html`<p class="caution">${T.warn.updating(headline)}
      <button type="button" class="plain" @click=${() => this.begin(null)}>${T.warn.asNew}</button></p>`;
  }

  private renderWhat(known: Alerts): TemplateResult {
    const kinds = known.categories.map((each) => html`<option value=${each}>${spaced(each)}</option>`);
    const severities = SEVERITIES.map((each) => html`<option value=${each}>${each}</option>`);
    const statuses = Object.entries(T.warn.statuses).map(([each, text]) => html`<option value=${each}>${text}</option>`);
    return html`<section class="panel" aria-labelledby="what">
      <h3 id="what">${T.warn.what}</h3>
      <div class="pair">
        <label>${T.warn.category}<select name="category">${kinds}</select>${this.problemOf("category")}</label>
        <label>${T.warn.severity}<select name="severity">${severities}</select></label>
      </div>
      <label>${T.warn.headline}<input name="headline" maxlength="80" autocomplete="off" />${this.problemOf("headline")}</label>
      <label>${T.warn.text}<textarea name="text" maxlength="1000" rows="4"></textarea>${this.problemOf("text")}</label>
      <label>${T.warn.instruction}<textarea name="instruction" maxlength="300" rows="2"></textarea>${this.problemOf("instruction")}</label>
      <div class="pair">
        <label>${T.warn.hours}<input type="number" name="hours" min="0.5" step="0.5" .defaultValue=${"6"} />${this.problemOf("hours")}</label>
        <label>${T.warn.status}<select name="status">${statuses}</select></label>
      </div>
    </section>`;
  }

  private renderWhere(known: Alerts): TemplateResult {
    const widths = [8, 7, 6, 9].map((each) => html`<option value=${each}>${T.warn.widths[each]}</option>`);
    return html`<section class="panel" aria-labelledby="where">
      <h3 id="where">${T.warn.where}</h3>
      <p class="hint">${T.warn.whereHow}</p>
      <nc-area-map picking .jurisdiction=${known.jurisdiction} .area=${this.examination.found?.area ?? null} @pick=${this.picked}></nc-area-map>
      <div class="pair">
        <label>${T.warn.latitude}<input name="latitude" type="number" step="any" min="-85" max="85" /></label>
        <label>${T.warn.longitude}<input name="longitude" type="number" step="any" min="-180" max="180" /></label>
      </div>
      <label>${T.warn.wide}<select name="resolution">${widths}</select></label>
      ${this.problemOf("place")}
    </section>`;
  }

  private renderPreview(): TemplateResult {
    const { found } = this.examination;
    return html`<nc-desk-preview .text=${found?.text ?? ""} problem=${this.doing.problem} yes=${T.warn.sign} ?busy=${this.doing.busy}
      @sign=${this.send} @close=${() => this.examination.leavePreview()}></nc-desk-preview>`;
  }

  private renderSaid(alerts: readonly AlertLine[]): TemplateResult {
    return html`<section class="stack" aria-labelledby="said">
      <h3 id="said">${T.warn.said}</h3>
      ${alerts.length === 0 ? html`<p class="soft">${T.warn.none}</p>` : alerts.map((each) => this.renderLine(each))}
    </section>`;
  }

  private renderLine(line: AlertLine): TemplateResult {
    const isOnlyHere = T.warn.states[line.state] === undefined;
    return html`<article class="panel">
      <p><b class="words">${line.headline}</b></p>
      <p class="soft small">${T.warn.types[line.msg_type]} · ${spaced(line.category)} · ${T.warn.states[line.state] ?? line.state} · ${moment(line.expires)}</p>
      ${line.reason === "" ? nothing : html`<p class="caution words">${line.reason}</p>`}
      <div class="row">
        ${isOnlyHere ? html`<button @click=${() => this.tell(() => client.sendAgain(line.id), T.warn.sent)}>${T.warn.again}</button>` : nothing}
        ${line.current && line.state === "shown" && line.msg_type !== "cancel" ? html`<button @click=${() => this.begin(line)}>${T.warn.update}</button>` : nothing}
        ${
          line.current && line.msg_type !== "cancel"
            ? html`<nc-confirm question=${T.warn.cancelAsk} yes=${T.warn.cancelYes}
                @confirmed=${() => this.tell(() => client.cancelAlert(line.id), T.warn.cancelled)}>${T.warn.cancel}</nc-confirm>`
            : nothing
        }
      </div>
    </article>`;
  }

  /** Problems of a field, once somebody wrote in it or everything else is right. */
  private problemOf(field: string): TemplateResult {
    const shown = this.examination.isTouched(field) ? this.examination.problemsOf(field) : [];
    return html`<span class="problem" data-field=${field}>${shown.join("; ")}</span>`;
  }

  private get form(): HTMLFormElement | null {
    return this.renderRoot.querySelector("form");
  }

  private async load(): Promise<void> {
    this.known = await client.alerts();
    await this.updateComplete;
    await this.examination.examine();
  }

  /** Begin a new alert, or an update of one. */
  private async begin(before: AlertLine | null): Promise<void> {
    this.replaced = before;
    this.examination.forget();
    this.said = "";
    await this.updateComplete;
    this.form?.reset();
    if (before !== null)
      for (const name of ["category", "severity", "headline", "text", "instruction"] as const)
        (this.form?.elements.namedItem(name) as HTMLInputElement).value = before[name];
    this.form?.scrollIntoView();
    await this.examination.examine();
  }

  private noted(event: Event): void {
    const { name } = event.target as HTMLInputElement;
    this.examination.touch(["latitude", "longitude", "resolution"].includes(name) ? "place" : name);
  }

  private picked({ detail: [longitude, latitude] }: CustomEvent<readonly [number, number]>): void {
    const set = (name: string, value: number): void => {
      (this.form?.elements.namedItem(name) as HTMLInputElement).value = value.toFixed(PLACE_DIGITS);
    };
    set("longitude", longitude);
    set("latitude", latitude);
    this.examination.touch("place");
  }

  private draft(): AlertDraft {
    const said = new FormData(this.form ?? undefined);
    const text = (name: string): string => String(said.get(name) ?? "").trim();
    const [longitude, latitude] = [text("longitude"), text("latitude")];
    return {
      category: text("category"),
      headline: text("headline"),
      text: text("text"),
      instruction: text("instruction"),
      place: longitude === "" || latitude === "" ? null : [Number(longitude), Number(latitude)],
      resolution: Number(text("resolution") || "8"),
      hours: Number(text("hours") || "6"),
      status: text("status"),
      severity: text("severity"),
    };
  }

  private send(): Promise<void> {
    return this.tell(async () => {
      await client.warn(this.draft(), this.replaced?.id ?? "");
      this.examination.leavePreview();
      await this.begin(null);
    }, T.warn.sent);
  }

  private tell(action: () => Promise<unknown>, said: string): Promise<void> {
    return this.doing.do(async () => {
      await action();
      this.said = announcement.value = said;
      this.known = await client.alerts();
    });
  }
}
