import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Watch } from "../state/store";
import { base, fields } from "../ui/styles";
import { leadsHere, readInvite } from "./address";
import "./copy-line";
import { panel } from "./hub-style";
import { hub } from "./session";
import { plural } from "./words";

/** What an invite means, and where its link goes: never into this page. */
@customElement("nc-hub-join")
export class JoinPage extends LitElement {
  static override styles = [
    base,
    fields,
    panel,
    css`
      :host {
        max-width: 760px;
        margin: 0 auto;
      }
      ol,
      ul {
        display: grid;
        gap: var(--space-2);
        padding-inline-start: 1.3em;
      }
      ol {
        list-style: decimal;
      }
      ul {
        list-style: disc;
      }
    `,
  ];

  private readonly hub = new Watch(this, hub);

  override render(): TemplateResult {
    const invite = readInvite(location.hash);
    if (invite === null)
      return html`<section class="panel stack">
        <h2 class="page-title">This link is not whole</h2>
        <p>Part of the invite is missing. Ask for the link again, and copy all of it.</p>
      </section>`;
    if (!leadsHere(invite, location.href))
      return html`<section class="panel stack">
        <h2 class="page-title">Do not use this link</h2>
        <p class="notice" role="alert">
          The invite is for another hub (${invite.hub}) than the one you see. Ask who sent it.
        </p>
      </section>`;
    return html`<section class="panel stack">
      <h2 class="page-title">You are invited to ${this.hub.value?.name ?? "a neighbourhood"}</h2>
      <p>
        Neighbours here tell each other about fires, floods, lost pets and the like. If you join,
        your NeighborCam shows you their alerts, and you can write your own.
      </p>
      <h3>How to join</h3>
      <ol>
        <li>Copy the link below. It works once.</li>
        <li>
          Open your own NeighborCam page, or NeighborCam in Home Assistant, and choose
          <b>Neighbours</b>.
        </li>
        <li>Paste the link there.</li>
      </ol>
      <nc-hub-copy label="Invite link" .text=${location.href}></nc-hub-copy>
      <h3>What it means</h3>
      <ul>
        <li>
          The hub gets no name, address, e-mail or camera of yours: only a random number and a key.
        </li>
        <li>
          Joining shares nothing. You see each alert and each picture before you send it; automatic
          alerts have no pictures, and there are none unless you set them up.
        </li>
        <li>An alert names a cell of several streets, never your home.</li>
        <li>
          For 14 days two stewards together can find out which household wrote something, and a
          public log tells when they do.
        </li>
        <li>You can leave at any time; your account is then deleted.</li>
      </ul>
      <p class="soft small">
        ${
          invite.witnesses === 0
            ? "Nobody else watches over this hub's public log."
            : `${plural(invite.witnesses, "other hub watches", "other hubs watch")} over its public log.`
        }
      </p>
    </section>`;
  }
}
