/** How an agency stands, in words. */

import type { Badge } from "./words";
import { moment, plural } from "./words";
import type { Agency } from "./types";

interface Said {
  readonly badge: string;
  readonly tone: Badge["tone"];
  readonly text: string;
}

export function standing(agency: Agency): Said {
  const { objections, enough, notice_until, until } = agency;
  switch (agency.standing) {
    case "announced":
      return {
        badge: "Members may object",
        tone: "warn",
        text: `Wants to join. Members may object until ${moment(notice_until)}: ${enough} households keep it out, ${objectionWord(objections)} so far.`,
      };
    case "member":
      return {
        badge: "May ask",
        tone: "good",
        text: `May ask until ${moment(until)}. ${plural(objections, "household")} objected when it joined.`,
      };
    case "vetoed":
      return {
        badge: "Kept out",
        tone: "bad",
        text: `The members keep it out: ${plural(objections, "household")} objected.`,
      };
    default:
      return {
        badge: "Suspended",
        tone: "bad",
        text: "May not ask. Its open requests ended.",
      };
  }
}

/** Fewer than three could name a neighbour: the hub tells none. */
const objectionWord = (count: number): string =>
  count === 0 ? "fewer than three objected" : `${count} objected`;

const DUTIES: Readonly<Record<string, string>> = {
  outcome: "to tell what came of a request",
  deletion: "to tell that clips were deleted",
};

export const dutyWord = (what: string): string => DUTIES[what] ?? what;
