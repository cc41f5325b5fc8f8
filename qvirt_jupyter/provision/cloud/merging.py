"""Puts what a form says together with what a user wrote by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.cloud.problems import InvalidSeed, SeedProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.provision.cloud.user_data import UserData, Way


def merged(ours: Mapping[str, Any], theirs: UserData) -> dict[str, Any]:
    """Return one configuration of both.

    A key that only one of them has is taken over. Two lists follow each other, the form's first;
    what stands in both stands there once. Two mappings are put together in the same way, key by
    key. Two other values must be equal, and so must two users of one name.

    Parameters
    ----------
    ours
        What the form says.
    theirs
        What was written by hand.

    Raises
    ------
    InvalidSeed
        They contradict each other; the lines are named.
    """
    problems: list[SeedProblem] = []
    whole = _together(dict(ours), theirs.values, (), theirs, problems)
    if problems:
        raise InvalidSeed(problems)
    return whole


def _together(
    ours: dict[str, Any],
    added: Mapping[str, Any],
    way: Way,
    theirs: UserData,
    problems: list[SeedProblem],
) -> dict[str, Any]:
    whole = dict(ours)
    for key, value in added.items():
        place = (*way, key)
        if key not in whole:
            whole[key] = value
        elif isinstance(whole[key], dict) and isinstance(value, dict):
            whole[key] = _together(whole[key], value, place, theirs, problems)
        elif isinstance(whole[key], list) and isinstance(value, list):
            if place == ("users",):
                problems += _same_users(whole[key], value, theirs)
            whole[key] = [*whole[key], *(each for each in value if each not in whole[key])]
        elif whole[key] != value:
            problems.append(_contradiction(".".join(map(str, place)), theirs.line(place)))
    return whole


def _same_users(ours: list[Any], added: list[Any], theirs: UserData) -> list[SeedProblem]:
    names = [each["name"] for each in ours if isinstance(each, dict)]
    return [
        _contradiction(
            str(_("the user {name}").format(name=_name(each))), theirs.line(("users", position))
        )
        for position, each in enumerate(added)
        if _name(each) in names and each not in ours
    ]


def _name(user: Any) -> Any:  # noqa: ANN401 - whatever was written
    return user.get("name") if isinstance(user, dict) else user


def _contradiction(what: str, line: int | None) -> SeedProblem:
    return SeedProblem(
        field="user_data",
        message=_(
            "The form says otherwise about {what}. Take it away here, or empty the form's field."
        ).format(what=what),
        line=line,
    )
