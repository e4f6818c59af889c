/** The alert that is being written: kept here, so that no error and no other tab loses a word. */

import {
  type AlertDraft,
  type Category,
  type MadePicture,
  type PictureOrder,
  type NeighbourAlert,
} from "../api/neighbours";
import type { Episode } from "../api/types";
import { Store } from "../state/store";
import { clock } from "../time/words";
import { categoryWord } from "./words";

/** A picture that is to go along; `made` once there are bytes to look at. */
export interface Chosen {
  readonly order: PictureOrder;
  readonly made: MadePicture | null;
}

export interface Writing extends Omit<AlertDraft, "category" | "pictures"> {
  readonly category: Category | "";
  /** Whether a person wrote the headline: only then it stays when the category changes. */
  readonly ownHeadline: boolean;
  readonly chosen: readonly Chosen[];
}

/** As many pictures as an alert may have. */
export const MOST_PICTURES = 4;

export const BLANK: Writing = {
  category: "",
  headline: "",
  ownHeadline: false,
  text: "",
  instruction: "",
  severity: "unknown",
  urgency: "unknown",
  certainty: "unknown",
  scope: "region",
  onset: null,
  expires_in_h: 24,
  chosen: [],
};

export const writing = new Store<Writing>(BLANK);

/** An alert about an episode: when, which camera, and its picture with all that moved covered. */
export function aboutEpisode(episode: Episode, camera: string, shares: boolean): Writing {
  const order: PictureOrder = { episode: episode.id, kind: "picture", faces: false, plates: false };
  return {
    ...BLANK,
    certainty: "observed",
    onset: episode.started_at,
    text: `Seen by the camera “${camera}” at ${clock(Date.parse(episode.started_at))}.`,
    chosen: shares ? [{ order, made: null }] : [],
  };
}

/** Choose what it is about; a headline that nobody wrote follows. */
export function withCategory(now: Writing, category: Category): Writing {
  if (now.ownHeadline) return { ...now, category };
  const at = now.onset === null ? "" : `, at ${clock(Date.parse(now.onset))}`;
  return { ...now, category, headline: now.onset === null ? "" : categoryWord(category) + at };
}

/** What is sent; null as long as something is missing, or a picture is being made. */
export function draftOf(now: Writing): AlertDraft | null {
  const { category, chosen, ownHeadline: _own, ...said } = now;
  const made = chosen.map((each) => each.made);
  if (category === "" || made.includes(null)) return null;
  return {
    ...said,
    category,
    headline: said.headline.trim(),
    text: said.text.trim(),
    instruction: said.instruction.trim(),
    pictures: made.flatMap((each) => (each === null ? [] : [each.id])),
  };
}

/** What stands in a form that says more about an alert. */
export const wordsOf = ({ headline, text, instruction, severity }: NeighbourAlert) => ({
  headline,
  text,
  instruction,
  severity,
});
