import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { MuteWishes, Viewpoint } from "../api/requests";
import type { Home } from "../state/home";
import { announcement, client, home } from "../state/session";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";

const NUMBERS = {
  latitude: "Latitude",
  longitude: "Longitude",
  bearing: "Looks to (degrees from north)",
  angle: "Sees how wide (degrees)",
  reach_m: "Sees how far (metres)",
} as const;
type Field = keyof typeof NUMBERS;

/** Where cameras stand, the PIN, and whether this home takes part. Stays in the engine. */
@customElement("nc-viewpoints")
export class Viewpoints extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      details {
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
      }
      summary {
        font-weight: 600;
        cursor: pointer;
      }
      details[open] summary {
        margin-bottom: var(--space-3);
      }
      .numbers {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(170px, 1fr));
        gap: var(--space-2);
      }
    `,
  ];

  private readonly home = new Watch<Home>(this, home);
  @state() private viewpoints: readonly Viewpoint[] = [];
  @state() private muted: MuteWishes | null = null;
  @state() private problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.doing(async () => {
      [this.viewpoints, this.muted] = await Promise.all([client.viewpoints(), client.muted()]);
    });
  }

  override render(): TemplateResult {
    return html`
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      <details>
        <summary>Where your cameras stand</summary>
        <p class="soft small">
          Compared with a request's area here, and told to nobody. A camera without a place, or
          indoors, or whose pictures are not shared, is never proposed.
        </p>
        <form class="stack" @submit=${this.save}>
          ${this.home.value.cameras.map(({ id, name }) => this.renderCamera(id, name))}
          <div class="row"><button class="primary">Save places</button></div>
        </form>
      </details>
      <details>
        <summary>PIN, muting, taking part</summary>
        ${this.muted === null ? nothing : this.renderMuted(this.muted)}
      </details>
    `;
  }

  private renderCamera(id: string, name: string): TemplateResult {
    const known = this.viewpoints.find(({ camera }) => camera === id);
    const value = (field: Field): string => String(known?.[field] ?? DEFAULTS[field] ?? "");
    return html`<fieldset class="stack">
      <legend>${name}</legend>
      <label class="row small"><input type="checkbox" name="${id} indoor" ?checked=${known?.indoor ?? false} />indoors: never offered</label>
      <div class="numbers">
        ${(Object.keys(NUMBERS) as Field[]).map(
          (field) => html`<label class="small">${NUMBERS[field]}
            <input name="${id} ${field}" type="number" step="any" .value=${value(field)} /></label>`,
        )}
      </div>
    </fieldset>`;
  }

  private renderMuted(muted: MuteWishes): TemplateResult {
    return html`<form class="stack" @submit=${this.saveMuted}>
      <label class="row small"><input type="checkbox" name="takes_part" ?checked=${muted.takes_part} />
        take part in rounds: this home sends a capsule for each request, as all do</label>
      <label class="row small"><input type="checkbox" name="drip" ?checked=${muted.drip} />
        send clips as a drip: 1 MiB each half hour while any request is open, clip or not,
        so nobody on the line sees when you send one (a clip takes hours)</label>
      <label class="row small"><input type="checkbox" name="everything" ?checked=${muted.everything} />
        show me no requests at all (capsules go on, so nobody sees it)</label>
      ${muted.agencies.length + muted.offences.length === 0 ? nothing : html`<label class="row small"><input type="checkbox" name="forget" />forget what I muted (${muted.agencies.length} agencies, ${muted.offences.join(", ") || "no offences"})</label>`}
      <div class="row"><button>Save</button></div>
    </form>
    <form class="stack" @submit=${this.savePin}>
      <p class="soft small">${muted.pin_set ? "Answers need your PIN." : "Answers need no PIN."}</p>
      ${muted.pin_set ? html`<label>The present PIN <input name="old" type="password" autocomplete="off" /></label>` : nothing}
      <label>New PIN, empty to have none <input name="pin" type="password" minlength="4" autocomplete="new-password" /></label>
      <div class="row"><button>Set the PIN</button></div>
    </form>`;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const number = (name: string): number | null => {
      const text = String(form.get(name) ?? "").trim();
      return text === "" ? null : Number(text);
    };
    const wanted = this.home.value.cameras.map(({ id }) => ({
      camera: id,
      indoor: form.has(`${id} indoor`),
      latitude: number(`${id} latitude`),
      longitude: number(`${id} longitude`),
      bearing: number(`${id} bearing`) ?? 0,
      angle: number(`${id} angle`) ?? 90,
      reach_m: number(`${id} reach_m`) ?? 40,
    }));
    await this.doing(async () => {
      this.viewpoints = await client.place(wanted);
    }, "Saved");
  }

  private async saveMuted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const keeps = !form.has("forget");
    await this.doing(async () => {
      this.muted = await client.mute({
        agencies: keeps ? (this.muted?.agencies ?? []) : [],
        offences: keeps ? (this.muted?.offences ?? []) : [],
        everything: form.has("everything"),
        takes_part: form.has("takes_part"),
        drip: form.has("drip"),
      });
    }, "Saved");
  }

  private async savePin(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const said = new FormData(form);
    const text = (name: string): string | null => String(said.get(name) ?? "") || null;
    await this.doing(async () => {
      await client.setPin(text("pin"), text("old"));
      this.muted = await client.muted();
      form.reset();
    }, "Saved");
  }

  private async doing(action: () => Promise<unknown>, said = ""): Promise<void> {
    this.problem = "";
    try {
      await action();
      if (said !== "") announcement.value = said;
    } catch (error) {
      this.problem = words(error);
    }
  }
}

const DEFAULTS: Readonly<Partial<Record<Field, number>>> = { bearing: 0, angle: 90, reach_m: 40 };
