"""What a volume holds: read, written, brought to and from this machine, wiped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.errors import OperationFailed
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.storage import volume_reading, volume_saving, volume_wiping
from qvirt_jupyter.hypervisor.storage.volume_handle import VolumeHandle
from qvirt_jupyter.hypervisor.storage.volume_users import refuse_while_used
from qvirt_jupyter.hypervisor.storage.volume_writing import VolumeWriting

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.storage.volume_saving import Sink
    from qvirt_jupyter.hypervisor.storage.volume_writing import Source
    from qvirt_jupyter.hypervisor.transfer import Reporter


class VolumeContents(VolumeHandle):
    """The bytes of a volume, over libvirt: also on another host."""

    def read(self, offset: int, length: int) -> bytes:
        """Return some of its bytes, over libvirt: also from another host.

        Parameters
        ----------
        offset, length
            In bytes; at most 64 MiB at once.

        Returns
        -------
        bytes
            Fewer where it ends before, none behind its end.

        Raises
        ------
        Unsupported
            The driver does not hand out what volumes hold.
        OperationFailed
            The host refuses.
        """
        return self.call(lambda volume: volume_reading.read(volume, offset, length, self.subject))

    @action(
        _("Write into the volume {name}"),
        # What is written may hold passwords, and would fill the log.
        secrets=("source",),
        # The job is asked between two pieces.
        cancel=lambda _volume: lambda: None,
    )
    def write(
        self,
        source: bytes | Source,
        *,
        length: int | None = None,
        offset: int = 0,
        progress: Reporter | None = None,
    ) -> int:
        """Write bytes into it, over libvirt: also on another host.

        They become what lies in its file or device. To fill a volume with a qcow2 image, make a raw
        volume of the size of the image's file and write that: libvirt sees then what it is. In a
        new volume long runs of zeros stay holes. What is in it behind the end of the source stays.

        Parameters
        ----------
        source
            Bytes, or what can be read: an open binary file.
        length
            How many bytes come; None asks the source, where it can tell.
        offset
            Where in the volume they go, in bytes.
        progress
            Who is told how far it is, and asked whether to stop; None means the job of this call.

        Returns
        -------
        int
            How many bytes were written.

        Raises
        ------
        InvalidDefinition
            They do not fit; nothing was written where their number is known.
        OperationCancelled
            The job was cancelled; a part may have been written.
        OperationFailed
            The source ends too early or goes on too long, or the host refuses; likewise.
        Unsupported
            The driver does not let volumes be written.
        """
        # The volume stays as it is when this fails: who made it for this removes it.
        writing = VolumeWriting(source, length, self.subject, progress, offset)
        try:
            return self.call(writing.run)
        finally:
            self._settle()

    @action(_("Upload into the volume {name}"), cancel=lambda _volume: lambda: None)
    def upload(
        self, source: str | Path | Source, *, offset: int = 0, progress: Reporter | None = None
    ) -> int:
        """Write a file of this machine into it; holes stay holes in a new volume.

        Parameters
        ----------
        source
            A path, or an open binary file, which is read from where it stands.
        offset
            Where in the volume it goes, in bytes.
        progress
            As for :meth:`write`.

        Returns
        -------
        int
            How many bytes were written.

        Raises
        ------
        QvirtError
            As for :meth:`write`; also where the file cannot be read.
        """
        if not isinstance(source, str | Path):
            return self.write(source, offset=offset, progress=progress)
        path = Path(source).expanduser()
        try:
            with path.open("rb") as file:
                return self.write(file, offset=offset, progress=progress)
        except OSError as error:
            raise OperationFailed(
                _("The file {path} cannot be read: {reason}.").format(
                    path=path, reason=error.strerror or error
                ),
                subject=self.subject,
                next_step=_("Give a file of this machine that you may read."),
            ) from error

    @action(_("Download the volume {name}"), cancel=lambda _volume: lambda: None)
    def download(
        self,
        target: str | Path | Sink,
        *,
        offset: int = 0,
        length: int = 0,
        overwrite: bool = False,
        progress: Reporter | None = None,
    ) -> int:
        """Write what it holds into a file of this machine; holes stay holes.

        What lies in its file or device is written: of a qcow2 image the image, not the disk in it.
        A machine that runs may write to it meanwhile: then the copy is none that boots for sure.

        Parameters
        ----------
        target
            A path, whose file is there only once it is whole, or an open binary file.
        offset, length
            Of the part that is wanted, in bytes; a length of 0 means up to the end.
        overwrite
            Whether a file that is there is replaced.
        progress
            Who is told how far it is, and asked whether to stop; None means the job of this call.

        Returns
        -------
        int
            How many bytes that are.

        Raises
        ------
        AlreadyExists
            There is such a file.
        OperationCancelled
            The job was cancelled; no part of a file stays.
        OperationFailed
            The host refuses, or the file cannot be written.
        Unsupported
            The driver does not hand out what volumes hold.
        """
        reporter = progress or current_job()

        def save(sink: Sink) -> int:
            return self.call(
                lambda volume: volume_saving.save(
                    volume, sink, reporter, offset=offset, length=length
                )
            )

        if not isinstance(target, str | Path):
            return save(target)
        with volume_saving.new_file(target, self.subject, overwrite=overwrite) as file:
            return save(file)

    @action(_("Wipe the volume {name}"))
    def wipe(self, algorithm: str = "zero") -> None:
        """Overwrite all that is in it, so that nobody can read it any more.

        What was an image is none afterwards: a volume of zeros, or of noise. On flash memory and on
        file systems that copy on write, old blocks may survive all the same.

        Parameters
        ----------
        algorithm
            One of :func:`~qvirt_jupyter.hypervisor.wipe_algorithms`. All but ``"zero"`` and
            ``"trim"`` need the program ``scrub`` on the host.

        Raises
        ------
        InUse
            A machine that runs uses it, or an image builds on it.
        OperationFailed
            The host refuses, as where it lacks the program.
        Unsupported
            This libvirt does not know the algorithm.
        """
        number = volume_wiping.number_of(algorithm, self.subject)
        job = current_job()
        if job is not None:
            job.report(phase=_("The host overwrites it, which cannot be stopped"))
        try:
            self.call(lambda volume: self._wipe(volume, number))
        finally:
            self._settle()

    def _wipe(self, volume: object, number: int) -> None:
        refuse_while_used(volume, self.subject, images=True)
        volume_wiping.wipe(volume, number)
