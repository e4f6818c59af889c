import { type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { drawing } from "./drawing";

const PATHS: Record<string, SVGTemplateResult> = {
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  close: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  gear: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2.2"/><circle cx="9" cy="17" r="2.2"/>`,
  pencil: svg`<path d="M5 19l1-4L16 5l3 3L9 18z"/>`,
  play: svg`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor"/>`,
  keep: svg`<path d="M7 4h10v16l-5-4-5 4z"/>`,
  kept: svg`<path d="M7 4h10v16l-5-4-5 4z" fill="currentColor"/>`,
  download: svg`<path d="M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14"/>`,
  bin: svg`<path d="M5 7h14M10 4h4M7 7l1 13h8l1-13"/>`,
  search: svg`<circle cx="11" cy="11" r="6"/><path d="M15.5 15.5 20 20"/>`,
  person: svg`<circle cx="12" cy="7.5" r="3.5"/><path d="M5 20c.6-4.2 3.3-6.5 7-6.5s6.400 2.300 7 6.500"/>`,
  vehicle: svg`<path d="M4 16v-3.500l2-5.500h12l2 5.500V16zM4 12.500h16"/><circle cx="7.500" cy="16.500" r="2"/><circle cx="16.500" cy="16.500" r="2"/>`,
  animal: svg`<circle cx="6" cy="11" r="1.700"/><circle cx="10" cy="7" r="1.700"/><circle cx="14" cy="7" r="1.700"/><circle cx="18" cy="11" r="1.700"/><path d="M12 11.500c-3 0-5 3.200-5 5.300 0 1.700 1.500 2.200 5 2.200s5-.5 5-2.200c0-2.100-2-5.300-5-5.300z"/>`,
  camera: svg`<path d="M4 8h11v9H4zM15 11l5-3v9l-5-3z"/>`,
  shield: svg`<path d="M12 3.500 19 6v6c0 4.500-3 7.300-7 8.500-4-1.200-7-4-7-8.500V6z"/>`,
  share: svg`<path d="M12 15V4M7.500 8 12 3.500 16.500 8M5 13v7h14v-7"/>`,
  flag: svg`<path d="M6 21V4h11l-2 4 2 4H6"/>`,
  bubble: svg`<path d="M4 5h16v11H10l-4 4v-4H4z"/>`,
  map: svg`<path d="M4 6.500 9.500 4l5 2.500L20 4v13.500L14.500 20l-5-2.500L4 20zM9.500 4v13.500M14.500 6.500V20"/>`,
  list: svg`<path d="M8 6.500h12M8 12h12M8 17.500h12M4 6.500h.1M4 12h.1M4 17.500h.1"/>`,
  print: svg`<path d="M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z"/>`,
  copy: svg`<path d="M8 8h12v12H8zM16 8V4H4v12h4"/>`,
  check: svg`<path d="M5 12.500 10 17.500 19 7"/>`,
  expand: svg`<path d="M14 5h5v5M10 19H5v-5M19 5l-6 6M5 19l6-6"/>`,
};

/** A line drawing beside words. */
export function icon(name: string, size = 18): TemplateResult {
  return drawing(PATHS[name], size);
}
