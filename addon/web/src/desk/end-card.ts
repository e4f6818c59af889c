import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { announcement, client } from "./session";
import { sheet } from "./style";
import { T } from "./texts";
import type { Case, Warnings } from "./types";

/** How a request ends, what came of it, what became of the clips. Fires `changed`. */
@customElement("nc-desk-end")
export class EndCard extends LitElement {
  static override styles = [base, buttons, fields, panel, sheet];

  @property({ attribute: false }) case!: Case;
  private readonly doing = new Doing(this);
  @state() private warnings: Warnings | null = null;

  override render(): TemplateResult {
    const { line, outcome, deletion, ended } = this.case;
    const isPutOff = outcome === "open";
    return html`<section class="panel" aria-labelledby="account">
      <h3 id="account">${T.end.title}</h3>
      ${line.state === "open" || line.state === "review" ? this.renderEnd(line.state) : nothing}
      ${outcome === "" ? nothing : html`<p>${T.end.filed(T.end.results[outcome] ?? outcome)}</p>`}
      ${ended !== null && (outcome === "" || isPutOff) ? this.renderOutcome(isPutOff) : nothing}
      ${deletion === "" ? nothing : html`<p>${T.end.attested(deletion)}</p>`}
      ${this.mayDelete && (deletion === "" || deletion === "evidence") ? this.renderDeletion() : nothing}
      <p class="problem" role="alert">${this.doing.problem || nothing}</p>
    </section>`;
  }

  private get mayDelete(): boolean {
    const { ended, logged, line } = this.case;
    return ended !== null || (logged === null && line.state !== "review");
  }

  private renderEnd(where: string): TemplateResult {
    const end = (how: string, word: string): TemplateResult =>
      html`<nc-confirm question=${T.end.endAsk} yes=${T.end.endYes} @confirmed=${() => this.change(() => client.end(this.case.line.id, how))}>${word}</nc-confirm>`;
    return html`<div class="row">${where === "open" ? end("resolved", T.end.resolved) : nothing}${end("withdrawn", T.end.withdrawn)}</div>`;
  }

  private renderOutcome(isPutOff: boolean): TemplateResult {
    const results = Object.entries(T.end.results).filter(([result]) => !(isPutOff && result === "open"));
    return html`<form @submit=${this.file}>
      <div class="pair">
        <label>${T.end.outcome}<select name="result" required><option value=""></option>${results.map(([result, word]) => html`<option value=${result}>${word}</option>`)}</select></label>
        <label>${T.end.words}<input name="text" maxlength="300" autocomplete="off" /></label>
      </div>
      <div class="row"><button ?disabled=${this.doing.busy}>${T.end.file}</button></div>
    </form>`;
  }

  private renderDeletion(): TemplateResult {
    const { warnings } = this;
    if (warnings === null)
      return html`<p class="small soft">${T.end.removeHow}</p>
        <div class="row"><button ?disabled=${this.doing.busy} @click=${this.look}>${T.end.look}</button></div>`;
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      ${warnings.warnings.map((text) => html`<p class="caution">${text}</p>`)}
      ${
        warnings.has_copies
          ? html`<fieldset><legend>${T.end.fate}</legend><div class="checks">${Object.entries(T.end.fates).map(([fate, word]) => html`<label><input type="radio" name="fate" value=${fate} required />${word}</label>`)}</div></fieldset>`
          : nothing
      }
      <nc-confirm question=${T.end.removeAsk} yes=${T.end.removeYes} ?disabled=${this.doing.busy} @confirmed=${this.remove_}>${T.end.remove}</nc-confirm>
    </form>`;
  }

  private look(): Promise<void> {
    return this.doing.do(async () => {
      this.warnings = await client.beforeDeletion(this.case.line.id);
    });
  }

  private remove_(): Promise<void> {
    const chosen = this.renderRoot.querySelector<HTMLInputElement>("input[name=fate]:checked");
    const isSaid = this.case.deletion === "evidence";
    return this.change(async () => {
      await client.remove(this.case.line.id, chosen?.value ?? (isSaid ? "deleted" : ""));
      this.warnings = null;
      announcement.value = T.states["closed"]?.[1] ?? "";
    });
  }

  private file(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement);
    const { id } = this.case.line;
    return this.change(() => client.outcome(id, String(said.get("result")), String(said.get("text")).trim()));
  }

  private change(action: () => Promise<void>): Promise<void> {
    return this.doing.do(async () => {
      await action();
      this.dispatchEvent(new CustomEvent("changed"));
    });
  }
}
