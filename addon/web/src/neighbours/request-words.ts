/** Words for agencies' requests. */

import type { Agency, AgencyRequest, GivenAnswer, MadeClip, TakenBack } from "../api/requests";
import { bytes } from "../time/words";

const STATES: Readonly<Record<AgencyRequest["state"], string>> = {
  open: "open",
  withdrawn: "withdrawn",
  expired: "over",
  resolved: "resolved",
  suspended: "ended: the agency was suspended",
};
const RECEIPTS: Readonly<Record<string, string>> = {
  received: "The agency has received it",
  opened: "The agency has opened it",
  copied: "The agency has copied it to its evidence",
  deleted: "The agency says that it has deleted it",
  question: "The agency asks",
};

export const stateWord = (state: AgencyRequest["state"]): string => STATES[state];
export const receiptWord = (what: string): string => RECEIPTS[what] ?? what;
/** "hit-and-run" as people write it. */
export const spaced = (text: string): string => text.replaceAll("-", " ").replaceAll("_", " ");

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export const when = (text: string): string => moment.format(new Date(text));

export function windowWords(request: AgencyRequest): string {
  return moment.formatRange(new Date(request.window_start), new Date(request.window_end));
}

export function clipWords(clip: MadeClip): string {
  const covered = clip.redaction.filter((each) => each !== "audio").map(spaced);
  const what = covered.length === 0 ? "nothing covered" : `covered: ${covered.join(", ")}`;
  return `${clip.kind}, ${bytes(clip.size_bytes)}, ${what}, no sound, no metadata`;
}

export interface Step {
  readonly at: string | null;
  readonly said: string;
  /** What is still to come waits; what wants a reply asks. */
  readonly mark: "" | "waits" | "asks";
}

/** What became of an answer, as the agency signed it, and what is to come next. */
export function timeline(answer: GivenAnswer): Step[] {
  const waits = answer.state === "waiting";
  const steps: Step[] = [
    { at: answer.at, said: "You answered", mark: "" },
    { at: waits ? answer.leaves_at : null, said: answerWords(answer), mark: waits ? "waits" : "" },
  ];
  for (const { at, what, text } of answer.receipts)
    steps.push({
      at,
      said: text === "" ? receiptWord(what) : `${receiptWord(what)}: ${text}`,
      mark: what === "question" ? "asks" : "",
    });
  if (answer.state === "sent" && answer.receipts.length === 0)
    steps.push({ at: null, said: "The agency has not fetched it yet", mark: "waits" });
  return steps;
}

export function answerWords(answer: GivenAnswer): string {
  if (answer.state === "revoked") return "Taken back";
  if (answer.state === "ended") return "The request ended before it left";
  if (answer.state === "sent") return "It has left with a capsule";
  return answer.leaves_at === null
    ? "Waits for the next round"
    : "Leaves with this home's capsule";
}

const TAKEN_BACK: Readonly<Record<TakenBack["reach"], string>> = {
  here: "Taken back: nothing had left.",
  agency: "Taken back. This home's next capsule says so, and the agency has to delete what it has within 14 days.",
  hub:
    "Taken back at the hub. This home's last turn is over, so no capsule can tell the agency: what it fetched before stays with it for the days that its terms allow.",
};
export const takenBackWords = (reach: TakenBack["reach"]): string => TAKEN_BACK[reach];

export const STANDINGS: Readonly<Record<Agency["standing"], { word: string; tone: string }>> = {
  announced: { word: "wants to join", tone: "warn" },
  member: { word: "may ask", tone: "good" },
  vetoed: { word: "kept out by the members", tone: "" },
  suspended: { word: "suspended: may not ask", tone: "bad" },
};
export const OBJECTIONS: Readonly<Record<Agency["objection"], string>> = {
  none: "",
  waiting: "This home objects; that waits for the hub.",
  sent: "This home has objected.",
  refused: "The hub did not take this home's objection.",
};

/** A time for an <input type="datetime-local"> with seconds, and back. */
export function toLocal(text: string): string {
  const at = new Date(text);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
export const fromLocal = (text: string): string => new Date(text).toISOString();
