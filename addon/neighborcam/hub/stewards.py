"""Stewards: appointed by an invite, known by a passkey (WebAuthn), never a password."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import webauthn
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Row, func, insert, select, update
from webauthn.helpers import (
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from neighborcam.hub.errors import Conflict, NotASteward
from neighborcam.hub.offices import Offices
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.sessions import Sessions
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import STEWARDS
from neighborcam.protocol.age_keys import parse_recipient
from neighborcam.protocol.approvals import challenge
from neighborcam.protocol.entries import StewardAppointed

_NONSENSE: Final = (ValueError, KeyError, TypeError, AttributeError)


class Stewards:
    """Who may moderate."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        sessions: Sessions,
        offices: Offices,
        settings: HubSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._sessions = sessions
        self._offices = offices
        self._origin = settings.url
        self._host = settings.hostname
        self._clock = clock

    async def names(self) -> list[str]:
        """Return the names of all stewards, in the order of their shares."""
        async with self._database.read() as tx:
            rows = await tx.scalars(
                select(STEWARDS.c.name).order_by(STEWARDS.c.position)
            )
            return list(rows)

    async def recipients(self) -> list[str]:
        """Return the age recipients of the stewards; empty where one has none yet."""
        async with self._database.read() as tx:
            rows = await tx.scalars(
                select(STEWARDS.c.recipient).order_by(STEWARDS.c.position)
            )
            found = list(rows)
        return found if all(found) else []

    async def registration(self, code: str, name: str) -> str:
        """Return WebAuthn's options, as JSON, for a new passkey.

        Raises `WrongCode`, `Conflict`.
        """
        async with self._database.read() as tx:
            await self._offices.check(tx, code, name)
        challenge = await self._sessions.challenge()
        return options_to_json(
            webauthn.generate_registration_options(
                rp_id=self._host,
                rp_name="NeighborCam",
                user_name=name,
                user_id=secrets.token_bytes(16),
                challenge=challenge,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
            )
        )

    async def register(
        self, code: str, name: str, recipient: str, credential: dict[str, Any]
    ) -> str:
        """Appoint a steward; return a session.

        Raises `WrongCode`, `Conflict` for a name that is taken, `NotASteward` for a
        passkey that does not prove itself, `InvalidMessage` for the recipient.
        """
        if recipient:
            parse_recipient(recipient)
        async with self._database.read() as tx:
            await self._offices.check(tx, code, name)
        answered = await self._challenge(credential)
        try:
            proven = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=answered,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, *_NONSENSE) as problem:
            raise NotASteward("the passkey was not accepted") from problem
        async with self._database.write() as tx:
            await self._sessions.use(tx, answered)
            if await tx.scalar(select(STEWARDS.c.name).where(STEWARDS.c.name == name)):
                raise Conflict("another steward has this name")
            invite = await self._offices.check(tx, code, name)
            by = await self._offices.use(tx, invite)
            highest = await tx.scalar(select(func.max(STEWARDS.c.position)))
            await tx.execute(
                insert(STEWARDS).values(
                    name=name,
                    credential=proven.credential_id,
                    public_key=proven.credential_public_key,
                    sign_count=proven.sign_count,
                    recipient=recipient,
                    position=(highest or 0) + 1,
                )
            )
            now = self._clock().replace(microsecond=0)
            await self._log.add(
                tx,
                StewardAppointed(
                    at=now,
                    steward=name,
                    key=_public_der(proven.credential_public_key),
                    recipient=recipient,
                    by=by,
                ),
            )
            return await self._sessions.open(tx, name)

    async def login(self) -> str:
        """Return WebAuthn's options, as JSON, for proving a passkey."""
        async with self._database.read() as tx:
            known = list(await tx.scalars(select(STEWARDS.c.credential)))
        return options_to_json(
            webauthn.generate_authentication_options(
                rp_id=self._host,
                challenge=await self._sessions.challenge(),
                allow_credentials=[
                    PublicKeyCredentialDescriptor(id=each) for each in known
                ],
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    async def log_in(self, credential: dict[str, Any]) -> str:
        """Return a session for a passkey that proves itself. Raises `NotASteward`."""
        row = await self._of(credential)
        answered = await self._challenge(credential)
        try:
            proven = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=answered,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=row.public_key,
                credential_current_sign_count=row.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, *_NONSENSE) as problem:
            raise NotASteward("the passkey was not accepted") from problem
        async with self._database.write() as tx:
            await self._sessions.use(tx, answered)
            await tx.execute(
                update(STEWARDS)
                .where(STEWARDS.c.name == row.name)
                .values(sign_count=proven.new_sign_count)
            )
            return await self._sessions.open(tx, str(row.name))

    async def approval_options(self, kind: str, subject: bytes) -> str:
        """Return WebAuthn's options, as JSON, for approving something."""
        async with self._database.read() as tx:
            known = list(await tx.scalars(select(STEWARDS.c.credential)))
        return options_to_json(
            webauthn.generate_authentication_options(
                rp_id=self._host,
                challenge=challenge(kind, subject),
                allow_credentials=[
                    PublicKeyCredentialDescriptor(id=each) for each in known
                ],
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    async def _of(self, credential: dict[str, Any]) -> Row[Any]:
        async with self._database.read() as tx:
            for row in await tx.execute(select(STEWARDS)):
                if bytes_to_base64url(row.credential) == credential.get("id"):
                    return row
        raise NotASteward("this hub does not know the passkey")

    async def _challenge(self, credential: dict[str, Any]) -> bytes:
        """Return the challenge that an answer is to. Raises `NotASteward`."""
        try:
            data = credential["response"]["clientDataJSON"]
            parsed = webauthn.helpers.parse_client_data_json(
                webauthn.base64url_to_bytes(data)
            )
        except (WebAuthnException, *_NONSENSE) as problem:
            raise NotASteward("the passkey was not accepted") from problem
        await self._sessions.check(parsed.challenge)
        return parsed.challenge


def _public_der(credential_key: bytes) -> bytes:
    """Return a passkey's public key as the log has it, SubjectPublicKeyInfo."""
    key = decoded_public_key_to_cryptography(
        decode_credential_public_key(credential_key)
    )
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
