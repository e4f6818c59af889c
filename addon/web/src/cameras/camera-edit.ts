import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { CameraPatch, CameraView, RecordingMode } from "../api/types";
import type { Home } from "../state/home";
import { client, home } from "../state/session";
import { Watch } from "../state/store";
import "../ui/confirm";
import "../ui/dialog";
import { icon } from "../ui/icon";
import { base, buttons, fields } from "../ui/styles";
import { RECORDING, sensitivityWords } from "./words";
import "./zone-editor";

type Change = Partial<Record<keyof CameraPatch, unknown>>;

/** Settings of one camera. Only what was changed is sent. Fires `close`. */
@customElement("nc-camera-edit")
export class CameraEdit extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      nc-dialog {
        --dialog-width: 640px;
      }
      .stack {
        gap: var(--space-5);
      }
      .modes {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: var(--space-2);
        margin-top: 6px;
      }
      .mode {
        position: relative;
        display: grid;
        gap: 2px;
        align-content: start;
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        cursor: pointer;
      }
      .mode:has(:checked) {
        border-color: var(--accent);
        background: var(--accent-soft);
      }
      .mode:has(:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      .mode input {
        position: absolute;
        opacity: 0;
      }
      .mode .hint {
        font-size: var(--text-xs);
        line-height: 1.4;
      }
      @media (max-width: 520px) {
        .modes {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];

  @property() camera = "";
  @state() private change: Change = {};
  @state() private drawing = false;
  @state() private busy = false;
  @state() private problem = "";
  private readonly home = new Watch<Home>(this, home);

  override render(): TemplateResult | typeof nothing {
    const saved = this.home.value.cameras.find(({ id }) => id === this.camera);
    if (saved === undefined) return nothing;
    if (this.drawing)
      return html`<nc-zone-editor
        .camera=${saved}
        @close=${() => (this.drawing = false)}
      ></nc-zone-editor>`;
    const view = { ...saved, ...this.change } as CameraView;
    return html`<nc-dialog
      footer
      .heading=${saved.name}
      @close=${() => this.leave()}
    >
      <form class="stack" @submit=${(event: Event) => this.submit(event)}>
        ${this.renderFields(view)}
        ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      </form>
      <nc-confirm
        slot="footer"
        question="Remove it? Its recordings stay for now."
        yes="Yes, remove"
        ?disabled=${this.busy}
        @confirmed=${() => this.removeCamera()}
        >${icon("bin")}Remove</nc-confirm
      >
      <button
        slot="footer"
        class="primary push save"
        ?disabled=${this.busy || Object.keys(this.change).length === 0}
        @click=${() => this.save()}
      >
        ${this.busy ? "Saving…" : "Save"}
      </button>
    </nc-dialog>`;
  }

  private renderFields(view: CameraView): TemplateResult {
    return html`
      <label>
        Name
        <input
          name="name"
          required
          maxlength="80"
          .value=${view.name}
          @input=${(event: InputEvent) => this.set("name", textOf(event))}
        />
      </label>
      ${this.renderSwitch("privacy", view.privacy, "Privacy", "Dark for everybody: not connected, not recorded.")}
      <fieldset>
        <legend class="label">Record</legend>
        <div class="modes">
          ${(Object.keys(RECORDING) as RecordingMode[]).map((mode) => this.renderMode(mode, view))}
        </div>
      </fieldset>
      <label>
        <span class="row">Sensitivity <b class="push numbers">${view.sensitivity}</b></span>
        <input
          type="range"
          name="sensitivity"
          min="1"
          max="100"
          .value=${String(view.sensitivity)}
          aria-valuetext=${sensitivityWords(view.sensitivity)}
          @input=${(event: InputEvent) => this.set("sensitivity", Number(textOf(event)))}
        />
        <span class="hint">${sensitivityWords(view.sensitivity)}</span>
      </label>
      <div class="row">
        <button type="button" class="zones" @click=${() => (this.drawing = true)}>
          ${icon("pencil")}Zones and masks
        </button>
        <span class="hint">${shapes(view)}</span>
      </div>
      ${this.renderSwitch("audio", view.audio, "Sound", "Record and play the camera's sound.")}
      ${this.renderSwitch("sharing", view.sharing, "Share with neighbours", "Pictures of it may be chosen for alerts and for answers to agencies. Nothing is ever sent by this alone.")}
    `;
  }

  private renderSwitch(
    name: "privacy" | "audio" | "sharing",
    on: boolean,
    label: string,
    hint: string,
  ): TemplateResult {
    return html`<label class="switch">
      <input
        type="checkbox"
        role="switch"
        name=${name}
        .checked=${on}
        @change=${(event: Event) => this.set(name, (event.target as HTMLInputElement).checked)}
      />
      <span>${label}<span class="hint">${hint}</span></span>
    </label>`;
  }

  private renderMode(mode: RecordingMode, view: CameraView): TemplateResult {
    return html`<label class="mode">
      <input
        type="radio"
        name="recording"
        value=${mode}
        .checked=${view.recording === mode}
        @change=${() => this.set("recording", mode)}
      />
      ${RECORDING[mode].name}
      <span class="hint">${RECORDING[mode].hint}</span>
    </label>`;
  }

  private set(field: keyof CameraPatch, value: unknown): void {
    this.change = { ...this.change, [field]: value };
  }

  private submit(event: Event): void {
    event.preventDefault();
    void this.save();
  }

  private save(): Promise<void> {
    return this.doing(() => client.changeCamera(this.camera, this.change as CameraPatch));
  }

  private removeCamera(): Promise<void> {
    return this.doing(() => client.removeCamera(this.camera));
  }

  private async doing(action: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await action();
      this.leave();
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }

  private leave(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }
}

function textOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

function shapes({ zones, masks, privacy_masks }: CameraView): string {
  const parts = [
    count(zones.length, "zone"),
    count(masks.length, "ignored area"),
    count(privacy_masks.length, "blacked-out area"),
  ].filter(Boolean);
  return parts.length === 0 ? "Motion counts in the whole picture." : parts.join(", ");
}

function count(number: number, word: string): string {
  return number === 0 ? "" : `${number} ${word}${number === 1 ? "" : "s"}`;
}
