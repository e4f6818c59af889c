"""How an engine gets into Home Assistant: found, typed, paired again or moved."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_CODE, CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from probatio import All, Coerce, Optional, Required, Schema
from yarl import URL

from .client import EngineClient, pair
from .const import DEFAULT_PORT, DOMAIN
from .coordinator import EngineEntry, engine_url
from .errors import (
    CodeRefused,
    EngineFailure,
    EngineTooNew,
    EngineTooOld,
    EngineUnreachable,
    OddAnswer,
    TokenRefused,
)
from .models import Info
from .options_flow import EngineOptionsFlow

CLIENT_NAME: Final = "Home Assistant"

_ERRORS: Final[Mapping[type[EngineFailure], str]] = {
    EngineUnreachable: "cannot_connect",
    CodeRefused: "wrong_code",
    TokenRefused: "token_refused",
    EngineTooNew: "engine_too_new",
    EngineTooOld: "engine_too_old",
    OddAnswer: "no_engine",
}
_PORT: Final = All(
    NumberSelector(
        NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
    ),
    Coerce(int),
)


def error_key(failure: EngineFailure) -> str:
    """Return the key of the text that a form shows for a failure."""
    return _ERRORS.get(type(failure), "refused")


def split_link(typed: str) -> tuple[str, int | None, str | None]:
    """Return host, port and code of what was typed: a host, or the engine's link."""
    typed = typed.strip()
    if "://" not in typed:
        return typed, None, None
    try:
        url = URL(typed)
        port = url.port
    except ValueError:
        return typed, None, None
    code = url.fragment.removeprefix("pair=") if "pair=" in url.fragment else None
    return url.host or typed, port, code


def _address(host: str | None = None, port: int = DEFAULT_PORT) -> dict[Any, Any]:
    return {
        Required(CONF_HOST, default=host) if host else Required(CONF_HOST): (
            TextSelector()
        ),
        Required(CONF_PORT, default=port): _PORT,
    }


class EngineConfigFlow(ConfigFlow, domain=DOMAIN):
    """One entry for each engine; its id is the engine's own."""

    VERSION = 1

    def __init__(self) -> None:
        self._host = ""
        self._port = DEFAULT_PORT
        self._token: str | None = None
        self._name = ""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: EngineEntry) -> EngineOptionsFlow:
        return EngineOptionsFlow()

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for address and code."""
        errors: dict[str, str] = {}
        if user_input is not None:
            code = self._take_address(user_input) or user_input.get(CONF_CODE, "")
            errors = await self._pair(code)
            if not errors:
                return await self._create()
        schema = Schema(
            {**_address(self._host, self._port), Optional(CONF_CODE): TextSelector()}
        )
        return self.async_show_form(step_id="user", data_schema=schema, errors=errors)

    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Take up an engine that announced itself in the network."""
        instance = discovery_info.properties.get("id")
        if not instance:
            return self.async_abort(reason="no_engine")
        self._host, self._port = discovery_info.host, discovery_info.port or 0
        await self.async_set_unique_id(instance)
        self._abort_if_unique_id_configured(
            updates={CONF_HOST: self._host, CONF_PORT: self._port}
        )
        self._name = discovery_info.properties.get("name") or "NeighborCam"
        self.context["title_placeholders"] = {"name": self._name}
        return await self.async_step_found()

    async def async_step_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the code of an engine whose address is known."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._pair(user_input[CONF_CODE])
            if not errors:
                return await self._create()
        return self.async_show_form(
            step_id="found",
            data_schema=Schema({Required(CONF_CODE): TextSelector()}),
            errors=errors,
            description_placeholders={"name": self._name, "host": self._host},
        )

    async def async_step_hassio(
        self, discovery_info: HassioServiceInfo
    ) -> ConfigFlowResult:
        """Take up the app that the Supervisor runs: it brings its token along."""
        config = discovery_info.config
        try:
            self._host, self._port = str(config[CONF_HOST]), int(config[CONF_PORT])
            self._token = str(config[CONF_TOKEN])
        except (KeyError, ValueError):
            return self.async_abort(reason="no_engine")
        self._name = discovery_info.name
        try:
            info = await self._client().info()
        except EngineFailure as failure:
            return self.async_abort(reason=error_key(failure))
        await self.async_set_unique_id(info.id)
        self._abort_if_unique_id_configured(updates=self._data())
        return await self.async_step_hassio_confirm()

    async def async_step_hassio_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask once before the app is used."""
        if user_input is not None:
            return self.async_create_entry(title=self._name, data=self._data())
        return self.async_show_form(
            step_id="hassio_confirm", description_placeholders={"name": self._name}
        )

    async def async_step_reauth(
        self, _entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin to pair again: the engine no longer knows our token."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new code."""
        entry = self._get_reauth_entry()
        self._host, self._port = entry.data[CONF_HOST], entry.data[CONF_PORT]
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._pair(user_input[CONF_CODE])
            if not errors:
                return await self._update(entry)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=Schema({Required(CONF_CODE): TextSelector()}),
            errors=errors,
            description_placeholders={"name": entry.title},
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where the engine is now; its token is still good, or there is a code."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is None:
            self._host, self._port = entry.data[CONF_HOST], entry.data[CONF_PORT]
        else:
            code = self._take_address(user_input) or user_input.get(CONF_CODE)
            self._token = entry.data[CONF_TOKEN]
            errors = await self._pair(code) if code else await self._identify()
            if not errors:
                return await self._update(entry)
        schema = Schema(
            {**_address(self._host, self._port), Optional(CONF_CODE): TextSelector()}
        )
        return self.async_show_form(
            step_id="reconfigure", data_schema=schema, errors=errors
        )

    def _take_address(self, user_input: Mapping[str, Any]) -> str | None:
        """Remember the typed address; return the code if a whole link was typed."""
        host, port, code = split_link(user_input[CONF_HOST])
        self._host, self._port = host, port or user_input[CONF_PORT]
        return code

    async def _pair(self, code: str) -> dict[str, str]:
        """Trade the code for a token; return the form's errors."""
        try:
            url = engine_url(self._host, self._port)
            session = async_get_clientsession(self.hass)
            self._token = await pair(session, url, code.strip(), CLIENT_NAME)
        except ValueError:
            return {CONF_HOST: "invalid_host"}
        except EngineFailure as failure:
            return _form_errors(failure)
        return await self._identify()

    async def _identify(self) -> dict[str, str]:
        """Ask which engine it is; return the form's errors."""
        try:
            info = await self._client().info()
        except ValueError:
            return {CONF_HOST: "invalid_host"}
        except EngineFailure as failure:
            return _form_errors(failure)
        await self._remember(info)
        return {}

    async def _remember(self, info: Info) -> None:
        self._name = info.name
        if self.source in {SOURCE_REAUTH, SOURCE_RECONFIGURE}:
            await self.async_set_unique_id(info.id)
            return
        await self.async_set_unique_id(info.id, raise_on_progress=False)

    async def _create(self) -> ConfigFlowResult:
        """Add the engine, or update the entry that it has already."""
        self._abort_if_unique_id_configured(updates=self._data())
        return self.async_create_entry(title=self._name, data=self._data())

    async def _update(self, entry: EngineEntry) -> ConfigFlowResult:
        self._abort_if_unique_id_mismatch(reason="another_engine")
        return self.async_update_reload_and_abort(entry, data_updates=self._data())

    def _client(self) -> EngineClient:
        return EngineClient(
            async_get_clientsession(self.hass),
            engine_url(self._host, self._port),
            self._token,
        )

    def _data(self) -> dict[str, Any]:
        return {
            CONF_HOST: self._host,
            CONF_PORT: self._port,
            CONF_TOKEN: self._token,
        }


def _form_errors(failure: EngineFailure) -> dict[str, str]:
    field = CONF_CODE if isinstance(failure, CodeRefused) else "base"
    return {field: error_key(failure)}
