import { css } from "lit";

/** Leaflet in the colours of the page; the hexagons' presentation attributes give way to these. */
export const mapStyle = css`
  :host {
    position: relative;
    overflow: hidden;
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    box-shadow: var(--shadow);
    /* Leaflet's panes have z-indexes of hundreds: none may rise above the page's. */
    isolation: isolate;
  }
  #map {
    width: 100%;
    height: 100%;
    background: var(--surface);
    font: 400 var(--text-s) / 1.4 var(--font);
  }
  #map:focus-visible {
    outline-offset: -3px;
  }
  .none {
    position: absolute;
    inset: auto 0 50%;
    z-index: 1000;
    text-align: center;
    pointer-events: none;
  }
  .square {
    border: solid var(--line);
    border-width: 1px 0 0 1px;
    opacity: 0.7;
  }
  .cell {
    fill: var(--accent);
    fill-opacity: 0.2;
    stroke: var(--accent);
  }
  .cell.warn {
    fill: var(--motion-bright);
    stroke: var(--motion);
  }
  .cell.bad {
    fill: var(--danger);
    stroke: var(--danger);
  }
  .cell.selected {
    fill-opacity: 0.45;
  }
  .cell:focus {
    outline: none;
  }
  .cell:focus-visible {
    stroke: var(--ink);
    stroke-width: 5px;
  }
  .mark {
    display: grid;
    place-items: center;
    color: var(--ink);
    font-size: var(--text-m);
  }
  .mark > div {
    display: grid;
    place-items: center;
    width: 28px;
    height: 28px;
    border-radius: 50%;
    background: color-mix(in srgb, var(--surface) 82%, transparent);
  }
  .leaflet-bar {
    border: 1px solid var(--line-strong) !important;
    border-radius: var(--radius-s);
    overflow: hidden;
  }
  .leaflet-bar a {
    width: 40px !important;
    height: 40px !important;
    border-color: var(--line);
    background: var(--surface);
    color: var(--ink);
    line-height: 38px !important;
  }
  .leaflet-bar a:hover,
  .leaflet-bar a:focus {
    background: var(--surface-sunk);
    color: var(--ink);
  }
  .leaflet-bar a.leaflet-disabled {
    background: var(--surface-sunk);
    color: var(--ink-soft);
  }
  .leaflet-control-scale-line {
    border-color: var(--line-strong);
    background: color-mix(in srgb, var(--surface) 80%, transparent);
    color: var(--ink);
    text-shadow: none;
  }
`;
