"""The part of the options flow that adds, changes and removes cameras of an engine.

Nothing is saved before the engine has tried the camera and a person has seen what came
of it. A password goes to the engine and nowhere else: no form shows it again.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.exceptions import ServiceValidationError
from probatio import Schema

from . import camera_forms as forms
from .camera_sources import free_id, stream_source
from .coordinator import EngineCoordinator
from .entity import wish_error
from .errors import EngineFailure, WishRefused
from .models import CameraTest, FoundDevice, OnvifProfile

type Answers = dict[str, Any]
type Step = Callable[[Answers | None], Coroutine[Any, Any, ConfigFlowResult]]


class CameraSteps(OptionsFlowWithReload):
    """Steps between the menu and a camera that was saved or removed."""

    def __init__(self) -> None:
        self._wish: Answers = {}  # what will be saved
        self._shown: Answers = {}  # what the form shows when it is shown again
        self._edited: str | None = (
            None  # the camera that is changed; None for a new one
        )
        self._again = self.async_step_by_address  # where a failed try leads back to
        self._failure: EngineFailure | None = None
        self._devices: list[FoundDevice] = []
        self._device: Answers = {}
        self._profiles: list[OnvifProfile] = []
        self._tried: CameraTest | None = None

    # Where a failed try leads back to.
    _again: Step

    @property
    def _coordinator(self) -> EngineCoordinator:
        coordinator: EngineCoordinator = self.config_entry.runtime_data
        return coordinator

    # --- a new camera ---------------------------------------------------------------

    async def async_step_add_camera(
        self, _given: Answers | None = None
    ) -> ConfigFlowResult:
        """Ask where the camera is to come from."""
        self._edited = None
        ways = ["by_address", "find", "of_home_assistant"]
        return self.async_show_menu(step_id="add_camera", menu_options=ways)

    async def async_step_by_address(
        self, given: Answers | None = None
    ) -> ConfigFlowResult:
        """Ask for an address."""
        if given is None:
            return self._form("by_address", forms.BY_ADDRESS)
        return await self._try_new(given, self.async_step_by_address)

    async def async_step_of_home_assistant(
        self, given: Answers | None = None
    ) -> ConfigFlowResult:
        """Take the stream of a camera that Home Assistant already has."""
        if given is None:
            return self._form("of_home_assistant", forms.OF_HOME_ASSISTANT)
        self._shown = given
        try:
            source = await stream_source(self.hass, given[forms.ENTITY])
        except ServiceValidationError as problem:
            errors = {forms.ENTITY: str(problem.translation_key)}
            return self._form("of_home_assistant", forms.OF_HOME_ASSISTANT, errors)
        wish = {forms.NAME: given[forms.NAME], forms.ADDRESS: source}
        return await self._try_new(wish, self.async_step_of_home_assistant, given)

    async def async_step_find(self, _given: Answers | None = None) -> ConfigFlowResult:
        """Let the engine look for ONVIF devices in its network."""
        return await self._wait("find", self._find, "found")

    async def _find(self) -> None:
        self._devices = await self._coordinator.client.discover()

    async def async_step_found(self, given: Answers | None = None) -> ConfigFlowResult:
        """Ask which device it is."""
        failure = self._take_failure()
        if failure is not None:
            return self.async_abort(**self._told(failure))
        if not self._devices:
            return self.async_abort(reason="nothing_found")
        schema = forms.device_form(self._devices)
        if given is None:
            return self._form("found", schema)
        self._shown = forms.without_password(given)
        self._device = given
        return await self.async_step_streams_asked()

    async def async_step_streams_asked(
        self, _given: Answers | None = None
    ) -> ConfigFlowResult:
        """Let the engine ask the device for its streams."""
        return await self._wait("streams_asked", self._ask_streams, "streams")

    async def _ask_streams(self) -> None:
        device = self._devices[int(self._device[forms.DEVICE])]
        asked = {"host": device.host, "port": device.port, **self._login()}
        self._profiles = await self._coordinator.client.onvif_profiles(asked)

    async def async_step_streams(
        self, given: Answers | None = None
    ) -> ConfigFlowResult:
        """Ask which streams to take."""
        failure = self._take_failure()
        if failure is not None:
            return self._failed(failure, "found", forms.device_form(self._devices))
        if not self._profiles:
            return self.async_abort(reason="no_streams")
        name = self._devices[int(self._device[forms.DEVICE])].name
        if given is None:
            return self._form("streams", forms.streams_form(self._profiles, name))
        wish = {name: value for name, value in given.items() if value}
        return await self._try_new(
            {**wish, **self._login()}, self.async_step_streams, given
        )

    def _login(self) -> Answers:
        names = (forms.USERNAME, forms.PASSWORD)
        return {each: self._device[each] for each in names if self._device.get(each)}

    async def _try_new(
        self,
        wish: Answers,
        again: Step,
        shown: Answers | None = None,
    ) -> ConfigFlowResult:
        self._wish = {name: value for name, value in wish.items() if value != ""}
        self._shown = forms.without_password(wish if shown is None else shown)
        self._again = again
        return await self.async_step_trying()

    # --- a camera that the engine has -----------------------------------------------

    async def async_step_edit_camera(
        self, given: Answers | None = None
    ) -> ConfigFlowResult:
        """Ask which camera to change."""
        if given is None:
            return self._choose("edit_camera")
        self._edited = given[forms.CAMERA]
        camera = self._coordinator.data.cameras.get(self._edited)
        if camera is None:
            return self.async_abort(reason="camera_gone")
        self._shown = forms.values_of(camera)
        return await self.async_step_edited()

    async def async_step_edited(self, given: Answers | None = None) -> ConfigFlowResult:
        """Ask what to change; only a changed connection is tried."""
        if given is None:
            return self._form("edited", forms.EDITED)
        camera = self._coordinator.data.cameras.get(str(self._edited))
        if camera is None:
            return self.async_abort(reason="camera_gone")
        self._wish = forms.changes(camera, given)
        self._shown = forms.without_password(given)
        self._again = self.async_step_edited
        if not set(forms.CONNECTION) & self._wish.keys():
            return await self.async_step_save()
        return await self.async_step_trying()

    async def async_step_remove_camera(
        self, given: Answers | None = None
    ) -> ConfigFlowResult:
        """Ask which camera to remove."""
        if given is None:
            return self._choose("remove_camera")
        self._edited = given[forms.CAMERA]
        return await self.async_step_removed()

    async def async_step_removed(
        self, given: Answers | None = None
    ) -> ConfigFlowResult:
        """Ask whether it is meant, and remove it."""
        camera = self._coordinator.data.cameras.get(str(self._edited))
        if camera is None:
            return self.async_abort(reason="camera_gone")
        placeholders = {"name": camera.name}
        if given is None:
            return self.async_show_form(
                step_id="removed",
                data_schema=Schema({}),
                description_placeholders=placeholders,
            )
        try:
            await self._coordinator.client.remove_camera(camera.id)
        except EngineFailure as failure:
            return self.async_abort(**self._told(failure))
        return self.async_abort(
            reason="camera_removed", description_placeholders=placeholders
        )

    # --- trying and saving ----------------------------------------------------------

    async def async_step_trying(
        self, _given: Answers | None = None
    ) -> ConfigFlowResult:
        """Let the engine connect once."""
        return await self._wait("trying", self._try, "tried")

    async def _try(self) -> None:
        tried = {
            forms.ADDRESS: self._shown.get(forms.ADDRESS),
            **{
                name: self._wish[name]
                for name in forms.CONNECTION
                if name in self._wish
            },
        }
        if self._edited is not None:
            tried["camera"] = self._edited
        self._tried = await self._coordinator.client.try_camera(tried)

    async def async_step_tried(self, _given: Answers | None = None) -> ConfigFlowResult:
        """Show what came of it."""
        failure = self._take_failure()
        if failure is not None:
            return await self._again_failed(failure)
        assert self._tried is not None  # noqa: S101 - it was tried without a failure
        worked = self._tried.ok
        return self.async_show_menu(
            step_id="tried" if worked else "tried_in_vain",
            menu_options=["save", "again"] if worked else ["again", "save"],
            description_placeholders=forms.tried_words(self._tried),
        )

    async def async_step_tried_in_vain(
        self, given: Answers | None = None
    ) -> ConfigFlowResult:
        """Go on from the menu of a try that failed."""
        return await self.async_step_tried(given)

    async def async_step_again(self, _given: Answers | None = None) -> ConfigFlowResult:
        """Go back to the form."""
        return await self._again(None)

    async def async_step_save(self, _given: Answers | None = None) -> ConfigFlowResult:
        """Save it in the engine; the camera comes back by push."""
        client = self._coordinator.client
        try:
            if self._edited is not None:
                await client.change_camera(self._edited, self._wish)
            else:
                id_ = free_id(self._coordinator, self._wish[forms.NAME])
                await client.add_camera({"id": id_, **self._wish})
        except EngineFailure as failure:
            return await self._again_failed(failure)
        return self.async_abort(reason="camera_saved")

    # --- what the steps share -------------------------------------------------------

    async def _wait(
        self, step: str, work: Callable[[], Coroutine[Any, Any, None]], then: str
    ) -> ConfigFlowResult:
        """Show that something takes a while; what went wrong is told by ``then``."""
        task = self.async_get_progress_task()
        if task is None:
            task = self.hass.async_create_task(self._caught(work), eager_start=False)
        if not task.done():
            return self.async_show_progress(
                step_id=step, progress_action=step, progress_task=task
            )
        return self.async_show_progress_done(next_step_id=then)

    async def _caught(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._failure = None
        try:
            await work()
        except EngineFailure as failure:
            self._failure = failure

    def _take_failure(self) -> EngineFailure | None:
        """Return what went wrong last, once."""
        failure, self._failure = self._failure, None
        return failure

    async def _again_failed(self, failure: EngineFailure) -> ConfigFlowResult:
        """Show the form again, with what went wrong."""
        shown = await self._again(None)
        return self._failed(failure, str(shown["step_id"]), shown["data_schema"])

    def _failed(
        self, failure: EngineFailure, step: str, schema: Schema | None
    ) -> ConfigFlowResult:
        assert schema is not None  # noqa: S101 - it is a form
        key = str(wish_error(failure).translation_key)
        field = "base"
        if isinstance(failure, WishRefused):
            field = forms.field_of(failure, schema)
        return self._form(step, schema, {field: key}, {"reason": str(failure)})

    def _form(
        self,
        step: str,
        schema: Schema,
        errors: dict[str, str] | None = None,
        placeholders: Mapping[str, str] | None = None,
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, self._shown),
            errors=errors,
            description_placeholders=placeholders or {"reason": ""},
        )

    def _choose(self, step: str) -> ConfigFlowResult:
        cameras = self._coordinator.data.cameras.values()
        return self.async_show_form(
            step_id=step, data_schema=forms.camera_form(cameras)
        )

    def _told(self, failure: EngineFailure) -> dict[str, Any]:
        """Return how a flow ends for a failure."""
        return {
            "reason": str(wish_error(failure).translation_key),
            "description_placeholders": {"reason": str(failure)},
        }
