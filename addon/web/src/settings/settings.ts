import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { CameraView, EngineSettings } from "../api/types";
import type { Home } from "../state/home";
import { client, home } from "../state/session";
import { Watch } from "../state/store";
import "../ui/dialog";
import { base, buttons, fields } from "../ui/styles";
import "./devices";
import "./storage";

const GB = 1e9;

/** The engine's name, storage, how long recordings stay, and paired devices. */
@customElement("nc-settings")
export class Settings extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      nc-dialog {
        --dialog-width: 640px;
      }
      .sections {
        display: grid;
        gap: var(--space-6);
      }
      section {
        display: grid;
        gap: var(--space-3);
      }
      .keep {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 130px;
        gap: var(--space-2) var(--space-4);
        align-items: center;
        font-size: var(--text-s);
      }
    `,
  ];

  private readonly home = new Watch<Home>(this, home);
  @state() private problem = "";
  @state() private said = "";

  override render(): TemplateResult {
    const { settings, cameras } = this.home.value;
    return html`<nc-dialog
      heading="Settings"
      @close=${() => this.dispatchEvent(new CustomEvent("close"))}
    >
      <div class="sections">
        ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
        <p class="hidden-visually" aria-live="polite">${this.said}</p>
        ${settings === null ? nothing : this.renderHome(settings)}
        <section>
          <h3>Storage</h3>
          <nc-storage></nc-storage>
        </section>
        ${settings === null ? nothing : this.renderKeeping(settings, cameras)}
        <section>
          <h3>Paired devices</h3>
          <nc-devices></nc-devices>
        </section>
      </div>
    </nc-dialog>`;
  }

  private renderHome(settings: EngineSettings): TemplateResult {
    return html`<section>
      <label>
        Name of this home
        <input
          maxlength="80"
          .value=${settings.name}
          @change=${(event: Event) => this.save({ name: textOf(event).trim() })}
        />
      </label>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          .checked=${settings.labels}
          @change=${(event: Event) =>
            this.save({ labels: (event.target as HTMLInputElement).checked })}
        />
        <span
          >Labels<span class="hint"
            >Tell persons, vehicles and animals apart, on this machine. Needs the model file.</span
          ></span
        >
      </label>
    </section>`;
  }

  private renderKeeping(settings: EngineSettings, cameras: readonly CameraView[]): TemplateResult {
    return html`<section>
      <h3>How long recordings stay</h3>
      <p class="hint">The oldest go first. What you keep by hand is never removed.</p>
      <div class="keep">
        ${cameras.map((camera) => this.renderDays(camera))}
        <span id="most">All recordings together, at most GB</span>
        <input
          type="number"
          min="1"
          placeholder="no limit"
          aria-labelledby="most"
          .value=${settings.keep_bytes === null ? "" : String(Math.round(settings.keep_bytes / GB))}
          @change=${(event: Event) => this.save({ keep_bytes: bytesOf(textOf(event)) })}
        />
        <span id="free">Always leave free on the disk, GB</span>
        <input
          type="number"
          min="0"
          step="0.5"
          aria-labelledby="free"
          .value=${String(settings.min_free_bytes / GB)}
          @change=${(event: Event) => this.save({ min_free_bytes: bytesOf(textOf(event)) ?? 0 })}
        />
      </div>
    </section>`;
  }

  private renderDays(camera: CameraView): TemplateResult {
    return html`<span id="days-${camera.id}">${camera.name}, days</span>
      <input
        type="number"
        min="1"
        placeholder="14"
        aria-labelledby="days-${camera.id}"
        .value=${camera.keep_days === null ? "" : String(camera.keep_days)}
        @change=${(event: Event) =>
          this.doing(() =>
            client.changeCamera(camera.id, { keep_days: Number(textOf(event)) || null }),
          )}
      />`;
  }

  private save(patch: Partial<EngineSettings>): Promise<void> {
    return this.doing(async () => {
      const settings = await client.changeSettings(patch);
      home.value = { ...home.value, settings };
    });
  }

  private async doing(action: () => Promise<unknown>): Promise<void> {
    this.problem = this.said = "";
    try {
      await action();
      this.said = "Saved";
    } catch (error) {
      this.problem = words(error);
    }
  }
}

function textOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

function bytesOf(gigabytes: string): number | null {
  return gigabytes.trim() === "" ? null : Math.round(Number(gigabytes) * GB);
}
