import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import { announcement, client } from "../state/session";
import "../ui/qr-scan";
import { base, buttons, fields } from "../ui/styles";

/** What sharing is, and joining a hub: a link, a place that stays here, a second yes. */
@customElement("nc-join")
export class Join extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      .place {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: var(--space-3);
      }
    `,
  ];

  @state() private invite = "";
  @state() private problem = "";
  @state() private working = false;
  @state() private latitude = "";
  @state() private longitude = "";
  @state() private sure = false;

  override render(): TemplateResult {
    return html`<form class="stack" @submit=${this.join}>
      <p>
        Sharing is off: nothing leaves this home, and nothing comes in. When you join a hub, your
        neighbours' alerts come here, and what you write goes to them. Cameras, recordings and your
        position stay here.
      </p>
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      <label>Invite, the whole link
        <input name="invite" required autocomplete="off" placeholder="https://…/join#…" .value=${this.invite}
          @input=${(e: Event) => (this.invite = valueOf(e))} />
      </label>
      <nc-qr-scan @found=${this.scanned}></nc-qr-scan>
      ${this.invite === "" ? nothing : html`<p class="small" role="status">${hubOf(this.invite)}</p>`}
      <p class="soft small">
        Where this home is. It stays in this engine, which chooses by it the hexagon of about
        0.7 km² that your alerts name, and which alerts are near.
      </p>
      <div class="place">
        <label>
          Latitude
          <input name="latitude" type="number" step="any" min="-90" max="90" required
            .value=${this.latitude} @input=${(e: Event) => (this.latitude = valueOf(e))} />
        </label>
        <label>
          Longitude
          <input name="longitude" type="number" step="any" min="-180" max="180" required
            .value=${this.longitude} @input=${(e: Event) => (this.longitude = valueOf(e))} />
        </label>
      </div>
      <div class="row"><button type="button" @click=${this.locate}>Use this device's position</button></div>
      <label class="row">
        <input type="checkbox" name="sure" .checked=${this.sure}
          @change=${(e: Event) => (this.sure = (e.target as HTMLInputElement).checked)} />
        I want this home to take part
      </label>
      <div class="row">
        <button class="primary" ?disabled=${!this.sure || this.working}>Join the hub</button>
      </div>
    </form>`;
  }

  private scanned(event: CustomEvent<string>): void {
    this.invite = event.detail;
    announcement.value = "The invite is read";
  }

  private locate(): void {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.latitude = coords.latitude.toFixed(5);
        this.longitude = coords.longitude.toFixed(5);
      },
      () => {
        this.problem = "This device does not tell its position. Type it in.";
      },
    );
  }

  private async join(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { invite } = this;
    this.problem = "";
    this.working = true;
    try {
      await client.join(invite.trim(), Number(this.latitude), Number(this.longitude));
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.working = false;
    }
  }
}

/** Which hub an invite leads to, said before anything is asked of it. */
function hubOf(invite: string): string {
  try {
    return `This leads to the hub at ${new URL(invite.trim()).host}.`;
  } catch {
    return "This is no link yet.";
  }
}

const valueOf = (event: Event): string => (event.target as HTMLInputElement).value;
