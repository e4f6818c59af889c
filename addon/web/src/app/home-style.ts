import { css } from "lit";

/** Layout of the home page: the wall and the day at the left, episodes at the right. */
export const layout = css`
  :host {
    max-width: 1760px;
    margin: 0 auto;
    padding: 0 var(--space-5) var(--space-6);
  }
  .bar {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    padding: var(--space-4) 0;
  }
  .title {
    flex: 1;
    min-width: 0;
    line-height: 1.25;
  }
  h1 {
    overflow: hidden;
    font-size: 1.2rem;
    font-weight: 660;
    letter-spacing: -0.015em;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 380px;
    gap: var(--space-5);
    align-items: start;
  }
  .main {
    display: grid;
    gap: var(--space-5);
    min-width: 0;
  }
  .wall {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--space-4);
  }
  .wall[data-count="1"] {
    grid-template-columns: minmax(0, 1fr);
  }
  .panel {
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  aside {
    position: sticky;
    top: var(--space-4);
    max-height: calc(100dvh - 2 * var(--space-4));
    overflow: auto;
  }
  .day {
    display: grid;
    gap: var(--space-4);
    padding: var(--space-4) var(--space-5) var(--space-3);
  }
  .legend {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    font-size: var(--text-xs);
  }
  .legend i {
    width: 12px;
    height: 12px;
    border-radius: 3px;
  }
  .recorded {
    background: color-mix(in srgb, var(--accent) 34%, var(--surface-sunk));
  }
  .motion {
    background: var(--motion-bright);
  }
  .welcome {
    display: grid;
    justify-items: center;
    gap: var(--space-4);
    padding: var(--space-7) var(--space-5);
    text-align: center;
  }
  .welcome p {
    max-width: 44ch;
  }
  @media (min-width: 1500px) {
    .wall[data-count="3"],
    .wall[data-count="4"] {
      grid-template-columns: repeat(auto-fill, minmax(420px, 1fr));
    }
  }
  @media (max-width: 1080px) {
    main {
      grid-template-columns: minmax(0, 1fr);
    }
    aside {
      position: static;
      max-height: none;
    }
  }
  @media (max-width: 640px) {
    :host {
      padding: 0 var(--space-3) var(--space-5);
    }
    .wall {
      grid-template-columns: minmax(0, 1fr);
      gap: var(--space-3);
    }
    .bar {
      padding: var(--space-3) 0;
    }
    .add span,
    .neighbours span {
      display: none;
    }
    .neighbours {
      padding: 0 var(--space-3);
    }
    .add {
      width: 40px;
      padding: 0;
    }
    main,
    .main {
      gap: var(--space-4);
    }
    .day {
      padding: var(--space-4);
    }
    .legend {
      display: none;
    }
  }
`;
