import { css, html, LitElement, nothing, type PropertyValues, svg, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { announcement } from "../state/session";
import { icon } from "./icon";
import { base, buttons } from "./styles";

const DOT = 8;

/** A text as a QR code, to be held before a camera, copied or printed. */
@customElement("nc-qr-picture")
export class QrPicture extends LitElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
        justify-items: start;
      }
      svg {
        width: min(100%, 300px);
        height: auto;
        border-radius: var(--radius-m);
        background: #fff;
      }
    `,
  ];

  @property() text = "";
  @property() label = "QR code";
  /** What stands above it on paper. */
  @property() caption = "";
  @state() private dots: readonly (readonly boolean[])[] = [];
  @query("svg") private drawing!: SVGSVGElement;

  override async willUpdate(changed: PropertyValues<this>): Promise<void> {
    if (!changed.has("text")) return;
    const { text } = this;
    const { default: encode } = await import("qr");
    if (text === this.text) this.dots = text === "" ? [] : encode(text, "raw", { ecc: "medium" });
  }

  override render(): TemplateResult | typeof nothing {
    const size = this.dots.length;
    if (size === 0) return nothing;
    return html`
      <svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${this.label} shape-rendering="crispEdges">
        ${svg`<rect width=${size} height=${size} fill="#fff"></rect><path fill="#000" d=${outline(this.dots)}></path>`}
      </svg>
      <div class="row">
        <button @click=${this.copy}>${icon("copy", 16)}Copy the picture</button>
        <button @click=${this.print}>${icon("print", 16)}Print it</button>
      </div>
    `;
  }

  private async copy(): Promise<void> {
    const picture = await this.drawn();
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
      announcement.value = "Copied";
    } catch {
      // Without https there is no clipboard for pictures: it is saved instead.
      const link = document.createElement("a");
      link.href = URL.createObjectURL(picture);
      link.download = "invite.png";
      link.click();
      window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      announcement.value = "Saved as a file";
    }
  }

  /** A page of its own: printing this one would print everything behind the dialog. */
  private print(): void {
    const tab = window.open("", "_blank");
    if (tab === null) return;
    const { document: paper } = tab;
    paper.title = this.label;
    const words = paper.createElement("h1");
    words.textContent = this.caption || this.label;
    const code = paper.importNode(this.drawing, true);
    code.setAttribute("width", "320");
    code.setAttribute("height", "320");
    paper.body.append(words, code);
    tab.print();
  }

  private drawn(): Promise<Blob> {
    const size = this.dots.length;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size * DOT;
    const pen = canvas.getContext("2d");
    if (pen === null) throw new Error("this browser draws nothing");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#000";
    this.dots.forEach((line, y) => {
      line.forEach((dark, x) => {
        if (dark) pen.fillRect(x * DOT, y * DOT, DOT, DOT);
      });
    });
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob === null ? reject(new Error("no picture")) : resolve(blob)));
    });
  }
}

/** One path for all dots: thousands of rectangles would be slow. */
function outline(dots: readonly (readonly boolean[])[]): string {
  return dots
    .flatMap((line, y) => line.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
}
