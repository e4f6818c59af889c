import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { FoundDevice, Onvif } from "../api/types";
import { client } from "../state/session";
import { icon } from "../ui/icon";
import { base, buttons, fields } from "../ui/styles";
import { pick, type Streams } from "./profiles";

export interface FoundStreams extends Streams {
  readonly name: string;
  readonly onvif: Onvif;
  readonly username: string | null;
  readonly password: string | null;
}

/** Looks for ONVIF cameras on the network, asks one for its streams. Fires `found`. */
@customElement("nc-find-cameras")
export class FindCameras extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      li {
        display: grid;
        gap: var(--space-3);
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
      }
      ul {
        display: grid;
        gap: var(--space-2);
      }
      .what {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }
    `,
  ];

  @property() username = "";
  @property() password = "";
  @state() private devices: readonly FoundDevice[] | null = null;
  @state() private chosen: FoundDevice | null = null;
  @state() private busy = false;
  @state() private problem = "";
  @state() private taken = "";

  override render(): TemplateResult {
    return html`
      <div class="row">
        <button type="button" ?disabled=${this.busy} @click=${this.find}>
          ${icon("search")}${this.busy && this.chosen === null ? "Looking…" : "Find cameras"}
        </button>
        <span class="soft small">on your network (ONVIF), or type the address below</span>
      </div>
      <div aria-live="polite">
        ${this.devices?.length === 0 ? html`<p class="small soft">No camera answered. Is ONVIF switched on in it?</p>` : nothing}
        ${this.taken === "" ? nothing : html`<p class="small soft">${this.taken}</p>`}
        <ul>
          ${(this.devices ?? []).map((device) => this.renderDevice(device))}
        </ul>
      </div>
      ${this.chosen === null && this.problem !== "" ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    `;
  }

  private renderDevice(device: FoundDevice): TemplateResult {
    const chosen = device === this.chosen;
    return html`<li>
      <div class="row">
        <span class="what">
          <b>${device.name}</b>
          <span class="soft small numbers">${device.host} ${device.hardware}</span>
        </span>
        <button type="button" ?hidden=${chosen} @click=${() => this.choose(device)}>Use it</button>
      </div>
      ${chosen ? this.renderCredentials() : nothing}
    </li>`;
  }

  private renderCredentials(): TemplateResult {
    return html`<div class="pair">
        <label
          >Its user
          <input
            class="user"
            autocomplete="off"
            .value=${this.username}
            @input=${(event: Event) => (this.username = (event.target as HTMLInputElement).value)}
        /></label>
        <label
          >Its password
          <input
            type="password"
            autocomplete="new-password"
            .value=${this.password}
            @input=${(event: Event) => (this.password = (event.target as HTMLInputElement).value)}
        /></label>
      </div>
      ${this.problem === "" ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
      <button type="button" class="primary" ?disabled=${this.busy} @click=${this.ask}>
        ${this.busy ? "Asking the camera…" : "Take its streams"}
      </button>`;
  }

  private find(): Promise<void> {
    this.chosen = null;
    this.taken = "";
    return this.doing(async () => {
      this.devices = await client.discover();
    });
  }

  private async choose(device: FoundDevice): Promise<void> {
    this.problem = "";
    this.chosen = device;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".user")?.focus();
  }

  private ask(): Promise<void> {
    return this.doing(async () => {
      const device = this.chosen;
      if (device === null) return;
      const [username, password] = [this.username.trim() || null, this.password || null];
      const { host, port } = device;
      const picked = pick(await client.profiles({ host, port, username, password }));
      if (picked === null) {
        this.problem = "The camera offers no stream that we can use.";
        return;
      }
      const detail: FoundStreams = {
        name: device.name.slice(0, 80),
        onvif: { host, port },
        username,
        password,
        ...picked,
      };
      this.taken = `${device.name}: streams taken over below. Test it before you add it.`;
      this.devices = null;
      this.chosen = null;
      this.dispatchEvent(new CustomEvent("found", { detail }));
    });
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await action();
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}
