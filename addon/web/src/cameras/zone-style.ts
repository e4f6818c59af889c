import { css } from "lit";

/** The drawing over the picture, and the colours of what is drawn. */
export const stage = css`
  nc-dialog {
    --dialog-width: 860px;
  }
  .stage {
    position: relative;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    border-radius: var(--radius-m);
    background: var(--stage);
  }
  .stage nc-picture,
  .stage svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  .stage svg {
    cursor: crosshair;
    touch-action: none;
  }
  .zone {
    --colour: #4cd3a2;
  }
  .mask {
    --colour: #f5a524;
  }
  .privacy {
    --colour: #ff6f61;
  }
  polygon,
  polyline {
    fill: color-mix(in srgb, var(--colour) 28%, transparent);
    stroke: var(--colour);
    stroke-width: 2px;
    vector-effect: non-scaling-stroke;
    pointer-events: none;
  }
  polygon.privacy {
    fill: rgb(0 0 0 / 0.8);
  }
  polyline {
    fill: none;
    stroke-dasharray: 5 4;
  }
  .corner {
    stroke: var(--colour);
    stroke-width: 14px;
    stroke-linecap: round;
    vector-effect: non-scaling-stroke;
    cursor: grab;
  }
  .corner:focus-visible {
    outline: none;
    stroke: #fff;
    stroke-width: 18px;
  }
  i {
    flex: none;
    width: 12px;
    height: 12px;
    border-radius: 4px;
    background: var(--colour);
  }
  .kind[aria-pressed="true"] {
    background: var(--accent-soft);
    border-color: var(--accent);
  }
  li {
    flex-wrap: nowrap;
    padding: 2px 0;
  }
  li input {
    max-width: 320px;
  }
`;
