import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Problem, words } from "../api/client";
import type { MadePicture, PictureOrder } from "../api/neighbours";
import { client } from "../state/session";
import { bytes } from "../time/words";
import { icon } from "../ui/icon";
import { base, buttons, fields } from "../ui/styles";
import { choices } from "./choices";
import { spaced } from "./request-words";
import { neighbourly } from "./style";

/**
 * One picture or clip of an alert: made at home, then the exact bytes to look at.
 * Fires `made`, `order` when something else is wanted, and `remove`.
 */
@customElement("nc-chosen-picture")
export class ChosenPicture extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      .stage {
        display: grid;
        place-items: center;
        overflow: hidden;
        border-radius: var(--radius-m);
        background: var(--stage);
        color: var(--stage-ink);
      }
      p.stage {
        min-height: 160px;
      }
      .stage img,
      .stage video {
        width: 100%;
        border-radius: 0;
      }
    `,
  ];

  @property({ attribute: false }) order!: PictureOrder;
  @property({ attribute: false }) made: MadePicture | null = null;
  @property() name = "";
  /** Only to be looked at once more before it leaves. */
  @property({ type: Boolean }) settled = false;
  @state() private address = "";
  @state() private problem = "";
  private shown = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.show("", "");
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("order") && changed.get("order") !== undefined) this.problem = "";
    if (this.made === null) {
      if (changed.has("made") || changed.has("order")) void this.make();
    } else if (this.made.id !== this.shown) void this.look(this.made);
  }

  override render(): TemplateResult {
    return html`<figure class="card" aria-label=${this.name}>
      <div class="row">
        <h4>${this.name}</h4>
        ${
          this.settled
            ? nothing
            : html`<button
                type="button"
                class="plain icon-only push"
                aria-label=${`Leave out ${this.name}`}
                @click=${() => this.dispatchEvent(new CustomEvent("remove"))}
              >
                ${icon("close")}
              </button>`
        }
      </div>
      ${this.problem === "" ? this.renderStage() : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.made === null || this.problem !== "" ? nothing : html`<figcaption class="soft small">${about(this.made)}</figcaption>`}
      ${this.settled ? nothing : this.renderOrder()}
    </figure>`;
  }

  private renderStage(): TemplateResult {
    const { made, address } = this;
    if (made === null || address === "")
      return html`<p class="stage small" role="status">
        ${this.order.kind === "clip" ? "Painting over what moved, picture by picture…" : "Painting over what moved…"}
      </p>`;
    return html`<div class="stage">
      ${
        made.kind === "clip"
          ? html`<video src=${address} controls muted playsinline aria-label="The clip that would leave"></video>`
          : html`<img src=${address} alt="The picture that would leave" />`
      }
    </div>`;
  }

  private renderOrder(): TemplateResult {
    const { order } = this;
    const kinds = [
      { value: "picture", word: "A picture" },
      { value: "clip", word: "A clip of 15 seconds" },
    ] as const;
    return html`
      ${choices(`kind ${order.episode}`, "What goes along", kinds, order.kind, (kind) => this.want({ kind }))}
      <fieldset>
        <legend>Covered, beside all that moved</legend>
        <div class="row small">
          ${this.renderCover("faces", "faces that stand still")}
          ${this.renderCover("plates", "number plates")}
        </div>
      </fieldset>
    `;
  }

  private renderCover(what: "faces" | "plates", word: string): TemplateResult {
    return html`<label class="chip">
      <input
        type="checkbox"
        .checked=${this.order[what]}
        @change=${(event: Event) => this.want({ [what]: (event.target as HTMLInputElement).checked })}
      />${this.order[what] ? icon("check", 14) : nothing}${word}
    </label>`;
  }

  private want(change: Partial<PictureOrder>): void {
    this.dispatchEvent(new CustomEvent("order", { detail: { ...this.order, ...change } }));
  }

  private async make(): Promise<void> {
    const { order } = this;
    this.show("", "");
    try {
      const made = await client.makePicture(order);
      if (order === this.order && this.isConnected)
        this.dispatchEvent(new CustomEvent("made", { detail: made }));
    } catch (error) {
      if (order === this.order) this.problem = words(error);
    }
  }

  private async look(made: MadePicture): Promise<void> {
    this.shown = made.id;
    try {
      const address = await client.madePicture(made.id);
      if (this.shown === made.id && this.isConnected) this.show(address, made.id);
      else URL.revokeObjectURL(address);
    } catch (error) {
      // It is kept for half an hour: then it has to be made and looked at anew.
      if (error instanceof Problem && error.status === 404 && !this.settled) this.want({});
      else this.problem = words(error);
    }
  }

  private show(address: string, id: string): void {
    if (this.address !== "") URL.revokeObjectURL(this.address);
    this.address = address;
    this.shown = id;
  }
}

function about(made: MadePicture): string {
  const covered = made.redaction.filter((each) => each !== "audio").map(spaced);
  return `These exact bytes would leave: ${made.width} × ${made.height}, ${bytes(made.size_bytes)}. Covered: ${covered.join(", ") || "nothing"}. No sound, no metadata.`;
}
