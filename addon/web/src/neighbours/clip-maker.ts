import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { AgencyRequest, MadeClip, Proposal } from "../api/requests";
import type { Polygon } from "../api/types";
import { announcement, client } from "../state/session";
import { spoken } from "../ui/action";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import "./keep-box";
import { fromLocal, toLocal, when } from "./request-words";
import { neighbourly } from "./style";

const FIRST_S = 30;
const COVERS = {
  moving: "everything that moves",
  faces: "faces",
  plates: "number plates",
} as const;

/** What one camera recorded: trimmed and covered into a clip to look at. Fires `made`. */
@customElement("nc-clip-maker")
export class ClipMaker extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      form {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) request!: AgencyRequest;
  @property({ attribute: false }) proposal!: Proposal;
  private keep: Polygon | null = null;
  private readonly doing = new Doing(this);

  override render(): TemplateResult | typeof nothing {
    const { proposal, request } = this;
    const [first] = proposal.spans;
    if (first === undefined) return nothing;
    const end = new Date(Math.min(Date.parse(first.start) + FIRST_S * 1000, Date.parse(first.end)));
    const [least, most] = [toLocal(request.window_start), toLocal(request.window_end)];
    return html`<form class="card" aria-label=${proposal.name} @submit=${this.make}>
      <div>
        <h4>${proposal.name}</h4>
        <p class="soft small">
          Recorded: ${proposal.spans.map(({ start, end: until }) => `${when(start)} to ${when(until)}`).join("; ")}
        </p>
      </div>
      <div class="pair">
        <label>From <input name="start" type="datetime-local" step="1" required min=${least} max=${most} .value=${toLocal(first.start)} /></label>
        <label>to <input name="end" type="datetime-local" step="1" required min=${least} max=${most} .value=${toLocal(end.toISOString())} /></label>
      </div>
      <fieldset>
        <legend>Cover</legend>
        <div class="chips">
          ${Object.entries(COVERS).map(
            ([name, word]) => html`<label class="chip small"><input type="checkbox" name=${name} />${word}</label>`,
          )}
          <label class="chip small"><input type="checkbox" name="still" />one picture only</label>
        </div>
      </fieldset>
      <nc-keep-box
        .camera=${proposal.camera}
        @keep=${(event: CustomEvent<Polygon | null>) => {
          this.keep = event.detail;
        }}
      ></nc-keep-box>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      <div class="row">
        <button ?disabled=${this.doing.busy}>${this.doing.busy ? "Making it…" : "Make the clip and look at it"}</button>
      </div>
    </form>`;
  }

  private async make(event: SubmitEvent): Promise<void> {
    const said = spoken(event);
    const has = (name: string): boolean => said(name) !== "";
    await this.doing.run(async () => {
      const made: MadeClip = await client.makeClip(this.request.id, {
        camera: this.proposal.camera,
        start: fromLocal(said("start")),
        end: has("still") ? null : fromLocal(said("end")),
        faces: has("faces"),
        plates: has("plates"),
        moving: has("moving"),
        ...(this.keep === null ? {} : { keep_only: this.keep }),
      });
      this.dispatchEvent(new CustomEvent("made", { detail: made }));
      announcement.value = "The clip is made: look at it";
    });
  }
}
