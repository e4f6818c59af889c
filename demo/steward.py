"""A steward over HTTP, as the hub's page is one: with a passkey in software."""

from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import msgspec

from demo.passkey import Passkey
from neighborcam.hub.app import Hub
from neighborcam.protocol.approval_subjects import renewal, restoration


class Steward:
    """Somebody who is logged in at a hub."""

    def __init__(self, hub: str, host: str, name: str) -> None:
        self.name = name
        self.hub = hub  # where it asks: of several nodes any
        self.passkey = Passkey(host, hub)
        self._session = aiohttp.ClientSession(
            headers={"Origin": hub}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )

    @classmethod
    async def appointed(cls, hub: Hub, name: str, recipient: str = "") -> Self:
        """Appoint a steward by an invite, through the hub's own routes."""
        code = await invited(hub, name)
        link = f"{hub.desk.settings.url}/#steward={code}"
        return await cls.by_link(link, name, recipient)

    @classmethod
    async def by_link(cls, link: str, name: str, recipient: str = "") -> Self:
        """Become a steward by the link that a hub or another steward gave."""
        hub, _, code = link.partition("/#steward=")
        steward = cls(hub, urlsplit(hub).hostname or "", name)
        wish = {"code": code, "name": name}
        options = await steward.ask("/api/steward/registration", wish)
        credential = steward.passkey.register(options)
        await steward.ask(
            "/api/steward/register",
            wish | {"credential": credential, "recipient": recipient},
        )
        return steward

    async def close(self) -> None:
        """End the session."""
        await self._session.close()

    async def ask(self, path: str, body: Any = None) -> Any:
        """Post to the hub and return its answer. Raises `Refused`."""
        return await self._request("POST", path, msgspec.json.encode(body or {}))

    async def get(self, path: str) -> Any:
        """Return what the hub tells. Raises `Refused`."""
        return await self._request("GET", path)

    async def send(self, path: str, body: Any = None) -> None:
        """Post what the hub answers with nothing. Raises `Refused`."""
        data = msgspec.json.encode(body) if body is not None else b""
        await self._request("POST", path, data)

    async def log_in(self) -> None:
        """Prove the passkey: sessions last 12 hours."""
        options = await self._once("POST", "/api/steward/login-options")
        wish = {"credential": self.passkey.log_in(options)}
        await self._once("POST", "/api/steward/login", msgspec.json.encode(wish))

    async def _request(self, method: str, path: str, data: bytes = b"") -> Any:
        try:
            return await self._once(method, path, data)
        except Refused as refused:
            if refused.code != "not_a_steward":
                raise
        await self.log_in()
        return await self._once(method, path, data)

    async def _once(self, method: str, path: str, data: bytes = b"") -> Any:
        address = f"{self.hub}{path}"
        async with self._session.request(method, address, data=data) as answer:
            return await _told(answer)

    async def signs(self, kind: str, subject: bytes) -> dict[str, Any]:
        """Return this steward's passkey over something."""
        wish = {"kind": kind, "subject": subject.hex()}
        options = await self.ask("/api/steward/approval-options", wish)
        return self.passkey.log_in(options)

    async def look_into(self, agency: str) -> None:
        """Check an agency's domain and call it back."""
        path = f"/api/steward/applications/{agency}"
        await self.send(f"{path}/domain-check")
        await self.send(f"{path}/call-back", {"directory": "the city's own page"})

    async def approve_agency(self, agency: str) -> bool:
        """Approve an application as shown; tell whether that was the second."""
        shown = await self.get("/api/steward/applications")
        (subject,) = (each["subject"] for each in shown if each["id"] == agency)
        credential = await self.signs("agency", bytes.fromhex(subject))
        path = f"/api/steward/applications/{agency}/approval"
        return bool((await self.ask(path, {"credential": credential}))["done"])

    async def _agency(self, agency: str) -> dict[str, Any]:
        agencies: list[dict[str, Any]] = await self.get("/api/agencies")
        (found,) = (each for each in agencies if each["id"] == agency)
        return found

    async def approve(self, sha256: str) -> bool:
        """Approve a request; tell whether it is open now."""
        credential = await self.signs("request", bytes.fromhex(sha256))
        path = f"/api/steward/requests/{sha256}/approval"
        return bool((await self.ask(path, {"credential": credential}))["done"])

    async def refuse(self, sha256: str, rule: str, fact: str) -> None:
        """Refuse a request."""
        path = f"/api/steward/requests/{sha256}/refusal"
        await self.send(path, {"rule": rule, "fact": fact})

    async def approve_alert(self, sha256: str) -> None:
        """Approve an agency's alert: it is logged and shown."""
        credential = await self.signs("agency-alert", bytes.fromhex(sha256))
        path = f"/api/steward/agency-alerts/{sha256}/approval"
        await self.send(path, {"credential": credential})

    async def refuse_alert(self, sha256: str, rule: str, fact: str) -> None:
        """Refuse an agency's alert."""
        path = f"/api/steward/agency-alerts/{sha256}/refusal"
        await self.send(path, {"rule": rule, "fact": fact})

    async def restore(self, agency: str, fact: str) -> bool:
        """Let a suspended agency ask again; tell whether that was the second."""
        ends = bytes.fromhex((await self._agency(agency))["ends"])
        subject = restoration(agency, fact, ends)
        wish = {"fact": fact, "credential": await self.signs("restoration", subject)}
        path = f"/api/steward/agencies/{agency}/restoration"
        return bool((await self.ask(path, wish))["done"])

    async def renew(self, agency: str, until: Any) -> bool:
        """Keep an agency until a day."""
        present = datetime.fromisoformat((await self._agency(agency))["until"])
        subject = renewal(agency, present, until)
        wish = {
            "until": until.isoformat(),
            "credential": await self.signs("renewal", subject),
        }
        path = f"/api/steward/agencies/{agency}/renewal"
        return bool((await self.ask(path, wish))["done"])


async def invited(hub: Hub, name: str = "") -> str:
    """Return the code of an invite to which as many stewards agree as have to."""
    names = await hub.desk.stewards.names()
    offices = hub.desk.offices
    code = await offices.invite(name, by=names[0] if names else "")
    if len(names) > 1:
        for wish in await offices.waiting():
            if wish.kind == "appointment" and not wish.seconded:
                await offices.second(wish.id, names[1])
    return code


class Refused(Exception):
    """The hub said no; ``code`` is one of spec/hub.md."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


async def _told(answer: aiohttp.ClientResponse) -> Any:
    body = await answer.read()
    if not answer.ok:
        error = msgspec.json.decode(body)["error"]
        raise Refused(error["code"], error["message"])
    return msgspec.json.decode(body) if body else None
