import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { saveFile } from "./carry";
import { Doing } from "./doing";
import { announcement, client } from "./session";
import { sheet } from "./style";
import { T } from "./texts";
import type { Answer, Clip, Verdict } from "./types";
import "./verdict";
import { moment, size } from "./words";

/** What one home said. Clips are shown here and nowhere kept. Fires `changed`. */
@customElement("nc-desk-answer")
export class AnswerCard extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    sheet,
    css`
      video,
      img {
        display: block;
        width: 100%;
        max-height: 380px;
        border-radius: var(--radius-m);
        background: var(--stage);
        object-fit: contain;
      }
      .wide {
        flex: 1 1 260px;
      }
      figure {
        display: grid;
        gap: var(--space-3);
      }
      .clip + .clip {
        padding-top: var(--space-4);
        border-top: 1px solid var(--line);
      }
    `,
  ];

  @property() case = "";
  @property({ attribute: false }) answer!: Answer;
  private readonly doing = new Doing(this);
  @state() private shown: ReadonlyMap<number, string> = new Map();
  @state() private verdict: Verdict | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const address of this.shown.values()) URL.revokeObjectURL(address);
    this.shown = new Map();
  }

  override render(): TemplateResult {
    const { answer } = this;
    return html`<article class="panel" aria-label=${`${T.answer.kinds[answer.kind]} ${answer.id}`}>
      <div class="row">
        <h4>${T.answer.kinds[answer.kind] ?? answer.kind}</h4>
        <span class="soft small">${moment(answer.at)}</span>
        ${answer.revoked === null ? nothing : html`<span class="badge bad push">${T.answer.revoked}</span>`}
      </div>
      ${answer.erased === null ? this.renderContent(answer) : html`<p class="soft">${T.answer.erased}</p>`}
      <p class="problem" role="alert">${this.doing.problem || nothing}</p>
    </article>`;
  }

  private renderContent(answer: Answer): TemplateResult {
    return html`
      ${answer.revoked === null ? nothing : html`<p class="caution">${T.answer.copies}</p>`}
      ${answer.about === "" ? nothing : html`<p class="small soft">${T.answer.about}: <code>${answer.about}</code></p>`}
      ${answer.text === "" ? nothing : html`<p class="words">${answer.text}</p>`}
      ${answer.contact === "" ? nothing : html`<p class="small"><span class="soft">${T.answer.contact}:</span> ${answer.contact}</p>`}
      ${answer.holds_originals ? html`<p class="small calm">${T.answer.holds}</p>` : nothing}
      ${answer.clips.map((clip, number) => this.renderClip(clip, number))}
      ${this.verdict === null ? nothing : html`<nc-desk-verdict .verdict=${this.verdict}></nc-desk-verdict>`}
      ${answer.questions.map((text) => html`<p class="small"><span class="soft">${T.answer.asked}:</span> ${text}</p>`)}
      <form class="row" @submit=${this.ask}>
        <label class="wide">${T.answer.question}<input name="text" required maxlength="500" autocomplete="off" /></label>
        <button ?disabled=${this.doing.busy}>${T.answer.ask}</button>
      </form>
      <nc-confirm question=${T.answer.eraseAsk} yes=${T.answer.eraseYes} @confirmed=${() => this.change(() => client.erase(this.case, answer.id))}>${T.answer.erase}</nc-confirm>
    `;
  }

  private renderClip(clip: Clip, number: number): TemplateResult {
    const address = this.shown.get(number);
    const isOpened = clip.state !== "received";
    return html`<figure class="clip">
      ${address === undefined ? nothing : clip.kind === "clip" ? html`<video src=${address} controls muted playsinline aria-label=${T.answer.kinds["clips"] ?? ""}></video>` : html`<img src=${address} alt="" />`}
      <figcaption class="small">
        <b>${T.answer.state[clip.state] ?? clip.state}</b> · ${T.answer.manifest(clip.kind, size(clip.bytes), moment(clip.started))}
        <span class="soft">${clip.width}×${clip.height}; ${[...clip.edits, ...clip.redaction].join(", ")}</span><br />
        <code class="soft">${clip.sha256}</code>
      </figcaption>
      <div class="row">
        <button class="primary" ?disabled=${this.doing.busy} @click=${() => this.open(number)}>${T.answer.open}</button>
        ${isOpened ? html`<button ?disabled=${this.doing.busy || clip.state === "copied"} @click=${() => this.change(() => client.copied(this.case, this.answer.id, number))}>${T.answer.copied}</button>` : nothing}
        <nc-confirm tone="" question=${T.answer.exportAsk} yes=${T.answer.exportYes} @confirmed=${() => this.export(number, clip)}>${T.answer.export}</nc-confirm>
        <nc-confirm tone="" question=${T.answer.saveAsk} yes=${T.answer.saveYes} @confirmed=${() => this.save(number, clip)}>${T.answer.save}</nc-confirm>
      </div>
      <p class="hint">${T.answer.sealed}</p>
    </figure>`;
  }

  private open(number: number): Promise<void> {
    return this.change(async () => {
      const address = URL.createObjectURL(await client.openClip(this.case, this.answer.id, number));
      this.shown = new Map([...this.shown, [number, address]]);
    });
  }

  private save(number: number, clip: Clip): Promise<void> {
    return this.change(async () => {
      const data = await client.copyClip(this.case, this.answer.id, number);
      saveFile(data, `${clip.sha256.slice(0, 12)}.${clip.kind === "clip" ? "mp4" : "jpg"}`);
    });
  }

  private export(number: number, clip: Clip): Promise<void> {
    return this.change(async () => {
      const data = await client.bundle(this.case, this.answer.id, number);
      saveFile(data, `bundle-${clip.sha256.slice(0, 12)}.zip`);
      this.verdict = await client.verify(data);
      announcement.value = this.verdict.right ? T.answer.proven : T.answer.wrong;
    });
  }

  private ask(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("text")).trim();
    return this.change(async () => {
      await client.ask(this.case, this.answer.id, text);
      form.reset();
    });
  }

  private change(action: () => Promise<void>): Promise<void> {
    return this.doing.do(async () => {
      await action();
      this.dispatchEvent(new CustomEvent("changed"));
    });
  }
}
