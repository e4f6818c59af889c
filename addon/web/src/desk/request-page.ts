import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import "./area-map";
import "./carry";
import { Doing } from "./doing";
import "./draft-preview";
import { Examination } from "./examination";
import "./limits";
import { announcement, client, desk, openCase, view } from "./session";
import { draftLayout, sheet } from "./style";
import { T } from "./texts";
import type { Draft, Form, Polygon, Signed } from "./types";
import { spaced, toLocal, toUtc } from "./words";

const HOUR_MS = 3_600_000;
/** How the desk says that a field is empty. */
const NEEDED = "is needed";

/** Write a request: everything that keeps it from being asked is said while it is written. */
@customElement("nc-desk-request")
export class RequestPage extends LitElement {
  static override styles = [base, buttons, fields, panel, sheet, draftLayout];

  private readonly desk = new Watch(this, desk);
  private readonly doing = new Doing(this);
  private readonly examination = new Examination(this, () => client.examine(this.draft()), T.request.good);
  @state() private form: Form | null = null;
  @state() private area: Polygon | null = null;
  @state() private signed: Signed | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.isOfficer) void this.doing.do(() => this.load());
  }

  private get isOfficer(): boolean {
    return this.desk.value?.own?.role === "officer";
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">${T.request.title}</h2>
      ${this.isOfficer ? html`<p class="lead soft">${T.request.lead}</p>` : html`<p class="caution">${T.request.notOfficer}</p>`}
      <p class="problem" role="alert">${this.examination.isPreviewed ? nothing : this.doing.problem || nothing}</p>
      ${this.signed !== null ? this.renderSigned(this.signed) : this.form === null ? nothing : this.renderForm(this.form)}
    </div>`;
  }

  private renderForm(form: Form): TemplateResult {
    return html`<form class="both" @input=${this.noted} @submit=${(event: SubmitEvent) => this.examination.preview(event)} novalidate>
      <div class="stack">
        ${this.renderWho(form)} ${this.renderWhere(form)} ${this.renderTerms(form)}
      </div>
      <aside>
        <nc-desk-limits .found=${this.examination.found}></nc-desk-limits>
        <button class="primary" ?disabled=${this.doing.busy || !this.examination.isPassed}>${T.request.preview}</button>
      </aside>
    </form>
    ${this.examination.isPreviewed ? this.renderPreview() : nothing}`;
  }

  private renderWho(form: Form): TemplateResult {
    return html`<section class="panel" aria-labelledby="who">
      <h3 id="who">${T.request.who}</h3>
      <div class="pair">
        <label>${T.request.case_ref}<input name="case_ref" maxlength="40" autocomplete="off" aria-invalid=${this.isBad("case_ref")} />${this.said("case_ref")}</label>
        <label>${T.request.offence}<select name="offence"><option value=""></option>${form.offences.map((each) => html`<option value=${each}>${spaced(each)}</option>`)}</select>${this.said("offence")}</label>
      </div>
      <label>${T.request.necessity}<textarea name="necessity" maxlength="300" rows="2" aria-invalid=${this.isBad("necessity")}></textarea>${this.said("necessity")}</label>
      <label>${T.request.what}<span class="hint">${T.request.whatHint}</span><textarea name="what" maxlength="400" rows="3" aria-invalid=${this.isBad("what")}></textarea>${this.said("what")}</label>
      ${this.renderChecks("tried", T.request.tried, form.tried, [])}
      ${this.renderChecks("media_wanted", T.request.media, form.media, form.media)}
      <label class="switch"><input type="checkbox" name="urgent" /><span>${T.request.urgent}</span></label>
      ${this.said("urgent")}
    </section>`;
  }

  private renderChecks(name: string, legend: string, all: readonly string[], on: readonly string[]): TemplateResult {
    return html`<fieldset>
      <legend>${legend}</legend>
      <div class="checks">${all.map((each) => html`<label><input type="checkbox" name=${name} value=${each} ?checked=${on.includes(each)} />${spaced(each)}</label>`)}</div>
      ${this.said(name)}
    </fieldset>`;
  }

  private renderWhere(form: Form): TemplateResult {
    const end = toLocal(Math.floor((Date.now() - HOUR_MS) / 900_000) * 900_000);
    const start = toLocal(Math.floor((Date.now() - 2 * HOUR_MS) / 900_000) * 900_000);
    return html`<section class="panel" aria-labelledby="where">
      <h3 id="where">${T.request.where}</h3>
      <nc-area-map .jurisdiction=${form.jurisdiction} .area=${this.area} @change=${this.drawn}></nc-area-map>
      ${this.said("area")}
      <div class="pair">
        <label>${T.request.start}<input type="datetime-local" name="window_start" .defaultValue=${start} aria-invalid=${this.isBad("window_start")} />${this.said("window_start")}</label>
        <label>${T.request.end}<input type="datetime-local" name="window_end" .defaultValue=${end} aria-invalid=${this.isBad("window_end")} />${this.said("window_end")}</label>
      </div>
      <p class="hint">${T.request.zone}</p>
    </section>`;
  }

  private renderTerms(form: Form): TemplateResult {
    return html`<section class="panel" aria-labelledby="terms">
      <h3 id="terms">${T.request.terms}</h3>
      <label>${T.request.contact}<input name="contact" maxlength="200" .defaultValue=${form.contact} autocomplete="off" />${this.said("contact")}</label>
      <div class="pair">
        <label>${T.request.retention}<input type="number" name="retention_days" min="1" max=${form.retention_days} .defaultValue=${String(Math.min(60, form.retention_days))} />${this.said("retention_days")}</label>
        <label>${T.request.days}<input type="number" name="days" min="0.1" step="any" max=${form.expiry_days} .defaultValue=${String(form.expiry_days)} />${this.said("days")}</label>
      </div>
    </section>`;
  }

  private renderPreview(): TemplateResult {
    const { found } = this.examination;
    return html`<nc-desk-preview .text=${found?.text ?? ""} problem=${this.doing.problem} yes=${T.request.sign} ?busy=${this.doing.busy}
      @sign=${this.sign} @close=${() => this.examination.leavePreview()}>
      <p class="soft small">${T.request.previewHow}</p>
    </nc-desk-preview>`;
  }

  private renderSigned(signed: Signed): TemplateResult {
    return html`<section class="panel">
      <p class="good">${T.request.signed}</p>
      <nc-carry-out .text=${signed.link} file=${`request-${signed.id.slice(0, 8)}.txt`} label=${T.request.carry}></nc-carry-out>
      <div class="row">
        <button @click=${() => this.goTo(signed.id)}>${T.request.toCase}</button>
        <button class="plain" @click=${() => (this.signed = null)}>${T.request.another}</button>
      </div>
    </section>`;
  }

  private said(field: string): TemplateResult {
    const shown = this.problemsOf(field).map((text) => (text === NEEDED ? T.request.needed : text));
    return html`<span class="problem" data-field=${field}>${shown.join("; ")}</span>`;
  }

  private isBad(field: string): "true" | "false" {
    return this.problemsOf(field).length > 0 ? "true" : "false";
  }

  /** Problems of a field; that it is missing is said once it was touched. */
  private problemsOf(field: string): string[] {
    const all = this.examination.problemsOf(field);
    return this.examination.isTouched(field) ? all : all.filter((text) => text !== NEEDED);
  }

  private async load(): Promise<void> {
    this.form = await client.form();
    await this.updateComplete;
    await this.examination.examine();
  }

  private noted(event: Event): void {
    this.examination.touch((event.target as HTMLInputElement).name);
  }

  private drawn(event: CustomEvent<Polygon | null>): void {
    this.area = event.detail;
    this.examination.touch("area");
  }

  private draft(): Draft {
    const said = new FormData(this.renderRoot.querySelector("form") as HTMLFormElement);
    const text = (name: string): string => String(said.get(name) ?? "").trim();
    const count = (name: string): number | null => (text(name) === "" ? null : Number(text(name)));
    return {
      case_ref: text("case_ref"),
      offence: text("offence"),
      necessity: text("necessity"),
      tried: said.getAll("tried").map(String),
      area: this.area,
      window_start: toUtc(text("window_start")),
      window_end: toUtc(text("window_end")),
      what: text("what"),
      contact: text("contact"),
      media_wanted: said.getAll("media_wanted").map(String),
      retention_days: count("retention_days"),
      days: count("days"),
      urgent: said.has("urgent"),
    };
  }

  private sign(): Promise<void> {
    return this.doing.do(async () => {
      this.signed = await client.sign(this.draft());
      this.examination.leavePreview();
      announcement.value = T.request.signed;
    });
  }

  private goTo(id: string): void {
    location.hash = `#case=${id}`;
    openCase.value = id;
    view.value = "cases";
  }
}
