import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import {
  type AlertDraft,
  type AlertPreview,
  type AlertScope,
  CATEGORIES,
  type Category,
  SEVERITIES,
  type Severity,
} from "../api/neighbours";
import type { Home } from "../state/home";
import { client, home } from "../state/session";
import { Watch } from "../state/store";
import { clock } from "../time/words";
import { base, buttons, fields } from "../ui/styles";
import "./sketch";
import { categoryWord, severityWord } from "./words";

const SCOPES: Readonly<Record<AlertScope, string>> = {
  region: "Members in this area",
  hub: "All members of the hub",
  public: "Everybody, members or not",
};

/** Write an alert: what happened first; then exactly what would leave; then it goes. */
@customElement("nc-write-alert")
export class WriteAlert extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-1) var(--space-4);
        margin: 0;
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
        white-space: pre-line;
      }
      img {
        max-width: 100%;
      }
      textarea {
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--ink-soft);
        border-radius: 10px;
        background: var(--surface);
        color: inherit;
        font: inherit;
        resize: vertical;
      }
    `,
  ];

  @property() episode = "";
  private readonly home = new Watch<Home>(this, home);
  @state() private problem = "";
  @state() private working = false;
  @state() private draft: AlertDraft | null = null;
  @state() private preview: AlertPreview | null = null;
  @state() private picture = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.picture !== "") URL.revokeObjectURL(this.picture);
  }

  override render(): TemplateResult {
    return html`
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.preview === null ? this.renderForm() : this.renderPreview(this.preview)}
    `;
  }

  private renderForm(): TemplateResult {
    const was = this.draft;
    const episodes = this.home.value.episodes.filter(({ ended_at }) => ended_at !== null).slice(0, 20);
    return html`<form class="stack" @submit=${this.look}>
      <label>What happened?
        <input name="headline" maxlength="80" required autocomplete="off" .value=${was?.headline ?? ""}
          placeholder="What was done or seen, not who somebody looked like" />
      </label>
      <label>Kind
        <select name="category">
          ${CATEGORIES.map((each) => html`<option value=${each} ?selected=${each === was?.category}>${categoryWord(each)}</option>`)}
        </select>
      </label>
      <label>More
        <textarea name="text" maxlength="1000" rows="4" .value=${was?.text ?? ""}></textarea>
      </label>
      <label>What should neighbours do?
        <input name="instruction" maxlength="300" autocomplete="off" .value=${was?.instruction ?? ""} />
      </label>
      <label>How grave is it?
        <select name="severity">
          ${SEVERITIES.map((each) => html`<option value=${each} ?selected=${each === was?.severity}>${severityWord(each)}</option>`)}
        </select>
      </label>
      <label>Who may read it?
        <select name="scope">
          ${Object.entries(SCOPES).map(([scope, said]) => html`<option value=${scope} ?selected=${scope === was?.scope}>${said}</option>`)}
        </select>
      </label>
      <label>How long does it hold?
        <select name="expires_in_h">
          <option value="2">2 hours</option>
          <option value="24" selected>a day</option>
          <option value="168">a week</option>
        </select>
      </label>
      <label>A picture, with everything that moved painted over
        <select name="episode">
          <option value="">none</option>
          ${episodes.map((each) => html`<option value=${each.id} ?selected=${each.id === this.episode}>${each.camera}, ${clock(Date.parse(each.started_at))}</option>`)}
        </select>
      </label>
      <div class="row">
        <label class="row small"><input type="checkbox" name="faces" />faces that do not move too</label>
        <label class="row small"><input type="checkbox" name="plates" />vehicles' plates too</label>
      </div>
      <div class="row"><button class="primary" ?disabled=${this.working}>See what would leave</button></div>
    </form>`;
  }

  private renderPreview({ alert, area, advice }: AlertPreview): TemplateResult {
    const rows: [string, string][] = [
      ["What", alert.headline],
      ["Kind", categoryWord(alert.category)],
      ["More", alert.text],
      ["To do", alert.instruction],
      ["Severity", severityWord(alert.severity)],
      ["Where", `a hexagon of about ${area.km2} km² around this home (${area.cell})`],
      ["Since", clock(Date.parse(alert.onset))],
      ["Until", new Date(alert.expires).toLocaleString()],
      ["Readers", SCOPES[this.draft?.scope ?? "region"]],
    ];
    return html`<div class="stack">
      <p>This would leave, and nothing else:</p>
      <dl>
        ${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<dt class="soft">${name}</dt><dd>${value}</dd>`)}
      </dl>
      <nc-sketch
        .area=${area.corners.map(({ longitude, latitude }) => [longitude, latitude])}
        label="The area that neighbours are told"
      ></nc-sketch>
      ${advice.map(({ text }) => html`<p class="notice">${text}</p>`)}
      ${this.picture === "" ? nothing : html`<img src=${this.picture} alt="The picture that would leave" />
        <p class="soft small">A steward looks at it before your neighbours can.</p>`}
      <div class="row">
        <button @click=${() => (this.preview = null)}>Change it</button>
        <button class="primary" ?disabled=${this.working} @click=${this.send}>Send to the neighbours</button>
      </div>
    </div>`;
  }

  private async look(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const said = (name: string): string => String(form.get(name) ?? "").trim();
    await this.doing(async () => {
      const episode = said("episode");
      const also = { faces: form.has("faces"), plates: form.has("plates") };
      const made = episode === "" ? null : await client.makePicture(episode, also);
      if (this.picture !== "") URL.revokeObjectURL(this.picture);
      this.picture = made === null ? "" : await client.picture(`api/sharing/pictures/${made.id}`);
      this.draft = {
        category: said("category") as Category,
        headline: said("headline"),
        text: said("text"),
        instruction: said("instruction"),
        severity: said("severity") as Severity,
        urgency: "unknown",
        scope: said("scope") as AlertScope,
        expires_in_h: Number(said("expires_in_h")),
        pictures: made === null ? [] : [made.id],
      };
      this.preview = await client.preview(this.draft);
    });
  }

  private async send(): Promise<void> {
    const { draft } = this;
    if (draft === null) return;
    await this.doing(async () => {
      await client.publish(draft);
      this.dispatchEvent(new CustomEvent("sent"));
    });
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.problem = "";
    this.working = true;
    try {
      await action();
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.working = false;
    }
  }
}
