"""The forms that make a secret and that give one another value.

What is typed as the value comes as a custom message and goes to libvirt: it is in no trait, and in
no state that is sent to a browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import declarations
from qvirt_jupyter.provision import SecretRequest
from qvirt_jupyter.provision.secret_request import EXAMPLES
from qvirt_jupyter.widgets.forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import SecretRecord

_OF_A_VALUE: Final = frozenset({"generated", "value", "is_base64"})


def new_secret_form(
    taken: Callable[[SecretRequest], bool],
    on_submit: Callable[[SecretRequest], object],
    close: Callable[[], object],
) -> Form[SecretRequest]:
    """Return the form that makes a secret.

    Parameters
    ----------
    taken
        Whether there is one already for what a request is for.
    on_submit
        Called with the request; the form is closed then.
    close
        Called when the form is no longer needed.
    """

    def submitted(request: SecretRequest) -> None:
        if taken(request):
            raise ValueError(
                str(
                    _("There is a secret for {name} already: set the value of that one.").format(
                        name=repr(request.usage_id)
                    )
                )
            )
        on_submit(request)
        close()

    return Form(
        SecretRequest(),
        title=_("New secret"),
        submit=_("Create"),
        on_submit=submitted,
        on_cancel=close,
        placeholders={"usage_id": lambda request: EXAMPLES.get(request.usage_type, "")},
    )


def value_form(
    record: SecretRecord,
    on_submit: Callable[[bytes], object],
    close: Callable[[], object],
) -> Form[SecretRequest]:
    """Return the form that gives a secret a value.

    Parameters
    ----------
    record
        The secret.
    on_submit
        Called with the value; the form is closed then.
    close
        Called when the form is no longer needed.
    """

    def submitted(request: SecretRequest) -> None:
        raw = request.raw_value()
        if raw is None:
            raise ValueError(str(_("Enter the value.")))
        on_submit(raw)
        close()

    request = SecretRequest.of(record.usage_type, record.usage_id)
    return Form(
        request,
        [each for each in declarations(request) if each.name in _OF_A_VALUE],
        title=_("Set the value of the secret {name}").format(name=record.name),
        submit=_("Set value"),
        on_submit=submitted,
        on_cancel=close,
    )
