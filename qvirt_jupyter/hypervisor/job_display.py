"""How a job looks in a notebook: a bar that moves while it runs, plain text elsewhere."""

from __future__ import annotations

import html as markup
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.job import Job

_COLOURS = {
    "queued": "var(--jp-layout-color3, #bdbdbd)",
    "running": "var(--jp-brand-color1, #1976d2)",
    "succeeded": "var(--jp-success-color1, #388e3c)",
    "failed": "var(--jp-error-color1, #d32f2f)",
    "cancelled": "var(--jp-warn-color1, #f57c00)",
}


def summary(job: Job[Any]) -> str:
    """Return state, percent, phase and seconds in one line."""
    parts = [str(job.state.label)]
    if job.progress is not None and not job.done():
        parts.append(f"{job.progress:.0%}")
    if job.phase:
        parts.append(job.phase)
    if job.transfer is not None:
        parts.append(str(job.transfer))
    if job.started is not None:
        parts.append(f"{(job.ended or time.time()) - job.started:.1f} s")
    if job.error is not None:
        parts.append(str(job.error))
    return ", ".join(parts)


def html(job: Job[Any]) -> str:
    """Return a bar with its text; it is complete without scripts, so a saved notebook shows it."""
    known = job.progress is not None or job.done()
    percent = 100 * (job.progress if job.progress is not None else 1.0)
    value = f' aria-valuenow="{percent:.0f}"' if known else ""
    width = percent if known else 100
    opacity = 1 if known else 0.35
    title = markup.escape(job.title)
    return (
        f'<div class="qvirt-job"><div>{title}: {markup.escape(summary(job))}</div>'
        f'<div role="progressbar" aria-label="{title}" aria-valuemin="0" aria-valuemax="100"{value}'
        ' style="height:6px;max-width:30em;background:var(--jp-layout-color2,#eee)">'
        f'<div style="height:100%;width:{width:.1f}%;opacity:{opacity};'
        f'background:{_COLOURS[job.state.value]}"></div></div></div>'
    )


def show(job: Job[Any]) -> None:
    """Display the job and update what was displayed until it ends."""
    # Only a notebook calls this; the library works without IPython.
    from IPython.display import display  # noqa: PLC0415

    def bundle() -> dict[str, str]:
        return {"text/plain": repr(job), "text/html": html(job)}

    handle = display(bundle(), raw=True, display_id=True)  # type: ignore[no-untyped-call]
    if handle is None or job.done():
        return

    def update(changed: Job[Any]) -> None:
        handle.update(bundle(), raw=True)
        if changed.done():
            subscription.close()

    subscription = job.on_change(update)
    if job.done():
        update(job)
