"""How the parts of the Details tab do what waits for libvirt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

from qvirt_jupyter.hypervisor import ConnectionLost, publisher

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.machine.actions import Wishes
    from qvirt_jupyter.widgets.notices import NoticeBoard
    from qvirt_jupyter.widgets.questions import QuestionBoard

ASKING: Final = "confirm_unapplied"
"""The preference that asks about changes that are not applied."""
_Result = TypeVar("_Result")


class Boards(NamedTuple):
    """Where a panel asks and explains."""

    questions: QuestionBoard
    notices: NoticeBoard
    wishes: Wishes
    """What is to be asked."""


class Work(Protocol):
    """Does something elsewhere, and takes its outcome on the publisher thread."""

    def __call__(
        self,
        function: Callable[[], _Result],
        then: Callable[[_Result], object],
        failed: Callable[[BaseException], object],
    ) -> None:
        """Do it; ``then`` gets what it returned, ``failed`` what it raised."""


def work_in_pool(
    connection: Connection,
    function: Callable[[], _Result],
    then: Callable[[_Result], object],
    failed: Callable[[BaseException], object],
) -> None:
    """Do it in a connection's pool, and take its outcome on the publisher thread.

    Parameters
    ----------
    connection
        The connection.
    function
        What waits for libvirt.
    then, failed
        Get what it returned or raised.
    """

    def over(future: Future[_Result]) -> None:
        error = future.exception()
        if error is not None:
            publisher.post(None, lambda: failed(error))
        else:
            publisher.post(None, lambda: then(future.result()))

    try:
        future = connection.pool.submit(function)
    except ConnectionLost as error:
        failed(error)
    else:
        future.add_done_callback(over)
