import { css } from "lit";

/** Home Assistant's own variables, so that the card follows every theme. */
export const style = css`
  ha-card {
    display: block;
    overflow: hidden;
    height: 100%;
  }
  .stage {
    position: relative;
    aspect-ratio: 16 / 9;
    background: #101413;
    overflow: hidden;
  }
  .stage > img,
  .stage > .live {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .live > * {
    --ha-card-border-width: 0;
    --ha-card-border-radius: 0;
    --ha-card-box-shadow: none;
  }
  .trouble {
    position: absolute;
    inset: 0;
    margin: 0;
    display: grid;
    place-content: center;
    padding: 24px;
    text-align: center;
    color: #eef2f0;
    font-size: 15px;
    line-height: 1.4;
  }
  .chips {
    position: absolute;
    inset: 12px 12px auto;
    display: flex;
    gap: 8px;
    justify-content: flex-end;
    pointer-events: none;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 5px 10px;
    border-radius: 999px;
    background: rgb(0 0 0 / 62%);
    color: #fff;
    font-size: 13px;
    font-weight: 500;
    line-height: 1.2;
  }
  .chip::before {
    content: "";
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: currentcolor;
  }
  .chip.calm::before {
    background: var(--success-color, #43a047);
  }
  .chip.moves {
    background: var(--warning-color, #ffa600);
    color: #1c1400;
  }
  .chip.moves::before {
    animation: pulse 1.4s ease-in-out infinite;
  }
  .chip.request {
    background: var(--info-color, #039be5);
    margin-inline-end: auto;
  }
  @keyframes pulse {
    50% {
      opacity: 0.25;
    }
  }
  .name {
    position: absolute;
    inset: auto 0 0;
    margin: 0;
    padding: 28px 16px 12px;
    background: linear-gradient(transparent, rgb(0 0 0 / 65%));
    color: #fff;
    font-size: 16px;
    font-weight: 500;
    line-height: 1.3;
    pointer-events: none;
  }
  .strip {
    display: flex;
    gap: 8px;
    min-height: 92px;
    margin: 0;
    padding: 12px;
    overflow-x: auto;
    scrollbar-width: thin;
    overflow-anchor: none; /* what is new appears at the beginning */
    list-style: none;
  }
  .strip li {
    flex: none;
  }
  .strip button {
    display: block;
    width: 112px;
    padding: 0;
    border: 0;
    background: none;
    color: var(--primary-text-color);
    font: inherit;
    text-align: start;
    cursor: pointer;
  }
  .strip button:disabled {
    cursor: default;
  }
  .strip button:focus-visible,
  dialog button:focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
    border-radius: 10px;
  }
  .frame {
    display: block;
    width: 112px;
    height: 63px;
    border-radius: 10px;
    background: var(--secondary-background-color, #e5e5e5);
    object-fit: cover;
  }
  .when {
    display: block;
    margin-top: 4px;
    overflow: hidden;
    color: var(--secondary-text-color);
    font-size: 12px;
    font-variant-numeric: tabular-nums;
    line-height: 1.35;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .note {
    min-height: 68px;
    margin: 0;
    padding: 12px 16px;
    display: flex;
    align-items: center;
    color: var(--secondary-text-color);
    font-size: 14px;
  }
  dialog {
    width: min(960px, 94vw);
    padding: 0;
    border: 0;
    border-radius: 16px;
    overflow: hidden;
    background: var(--card-background-color, #fff);
    color: var(--primary-text-color);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 60%);
  }
  dialog video {
    display: block;
    width: 100%;
    aspect-ratio: 16 / 9;
    background: #000;
  }
  dialog footer {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    padding: 8px 8px 8px 16px;
  }
  dialog button {
    min-height: 40px;
    padding: 0 16px;
    border: 0;
    background: none;
    color: var(--primary-color);
    font: inherit;
    font-weight: 500;
    cursor: pointer;
  }
  @media (prefers-reduced-motion: reduce) {
    .chip.moves::before {
      animation: none;
    }
  }
`;
