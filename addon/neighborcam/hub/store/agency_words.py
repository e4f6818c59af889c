"""What the tables about agencies can be made to give, in words (`inventory`)."""

from typing import Final

import msgspec


class Words(msgspec.Struct, frozen=True):
    """What a table's rows tell, for how long they are kept, and what columns tell."""

    tells: str
    kept: str
    columns: dict[str, str]


AGENCY_WORDS: Final[dict[str, Words]] = {
    "applications": Words(
        "agencies that want to join, and what stewards found out about them",
        "until they are announced, 90 days at most",
        {
            "agency": "the agency's id",
            "body": "its key file, which its domain shows to all",
            "received": "when it came",
            "domain_checked": "when its domain was found to be its own",
            "call_back": "which steward called it, and by whose number",
        },
    ),
    "approvals": Words(
        "what a steward approved with a passkey, until there are enough",
        "30 days at most; then in the log",
        {
            "kind": "what sort of thing",
            "subject": "a hash of what exactly",
            "steward": "by whom",
            "body": "the passkey's signature",
            "at": "when",
        },
    ),
    "veto_keys": Words(
        "the hub's key for objections to an agency",
        "while members may object",
        {
            "agency": "which agency",
            "private": "the key itself",
            "public": "its public half",
        },
    ),
    "vetoes": Words(
        "objections, by tokens of nobody",
        "while members may object",
        {"token": "its hash; names no household", "agency": "to which agency"},
    ),
    "reviews": Words(
        "requests of agencies that wait for a steward, or were refused",
        "30 days",
        {
            "request": "its random number",
            "agency": "who asks",
            "sha256": "its hash",
            "body": "the request, whole, with who signed it",
            "received": "when it came",
            "state": "whether it waits",
            "reason": "why it was refused; public",
        },
    ),
    "agency_alerts": Words(
        "alerts of agencies that wait for a steward, or were decided",
        "30 days",
        {
            "alert": "its random number",
            "agency": "who warns",
            "sha256": "its hash",
            "body": "the alert, whole, with who signed it",
            "received": "when it came",
            "standing": "whether it waits",
            "reason": "why it was refused; public",
        },
    ),
    "capsules": Words(
        "sealed capsules of rounds, by their hash: no time, no order, no home",
        "until a day after the request",
        {
            "name": "its hash",
            "request": "for which request",
            "round": "in which round, a day or an hour long",
            "capsule": "16 KiB that only the request's key opens, or that hold nothing",
        },
    ),
    "chunks": Words(
        "names of sealed pieces, what may delete them, the day on which they go",
        "a day after they were fetched; three days after the last request that was open"
        " when they came ended",
        {
            "id": "a random name",
            "lock": "a hash of what may delete it",
            "sha256": "the hash of the sealed bytes",
            "expires": "the day on which it is deleted, whatever request it is for",
        },
    ),
    "replies": Words(
        "sealed replies of agencies, which all homes read alike",
        "until a month after the deletion was attested, or was due and was not",
        {
            "request": "about which request",
            "number": "which bundle",
            "body": "eight sealed slots, filled or empty, with an officer's signature",
        },
    ),
}
