import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../hub/copy-line";
import { client } from "../state/session";
import "../ui/qr-picture";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { neighbourly } from "./style";

/** An invite for a neighbour: a link to send, a QR code to show or print. */
@customElement("nc-invite")
export class Invite extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      .made {
        display: grid;
        gap: var(--space-4);
      }
    `,
  ];

  @property() hub = "";
  @state() private link = "";
  private readonly doing = new Doing(this);

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h3 id="title">Invite a neighbour</h3>
      <p class="soft small">
        Five in 90 days. Whoever has the link can join once, so give it to nobody but them: by hand,
        or by a message that only they read.
      </p>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      ${this.link === "" ? this.renderMake() : this.renderMade()}
    </section>`;
  }

  private renderMake(): TemplateResult {
    return html`<div class="row">
      <button class="primary" ?disabled=${this.doing.busy} @click=${this.make}>Make an invite</button>
    </div>`;
  }

  private renderMade(): TemplateResult {
    return html`<div class="made">
      <nc-hub-copy label="Invite for a neighbour" .text=${this.link}></nc-hub-copy>
      <nc-qr-picture
        .text=${this.link}
        label="The invite as a QR code"
        .caption=${`You are invited to ${this.hub}. Scan this in NeighborCam, under Neighbours.`}
      ></nc-qr-picture>
      <div class="row"><button class="plain" ?disabled=${this.doing.busy} @click=${this.make}>Make another</button></div>
    </div>`;
  }

  private make(): Promise<boolean> {
    return this.doing.tell(async () => {
      this.link = (await client.inviteNeighbour()).link;
    }, "The invite is made");
  }
}
