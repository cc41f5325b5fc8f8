"""Browser modules of our widgets: served by our server side, fetched from the kernel elsewhere.

anywidget keeps the text of ``_esm`` in every widget's state, and so in saved notebooks. Ours is
therefore only a loader of some lines, which imports the module itself from the Jupyter server.
Where there is none that has our extension (VS Code, Voila), it asks the kernel for the text.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.subshells import hear_beside_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.widgets._messages import ModuleText

STATIC_FOLDER = Path(__file__).parent.parent / "static"
MODULE_REQUEST = "qvirt-module"
"""The message that asks for a module, and the answer to it."""

_LOADER = """\
const FILE = %(file)s, REQUEST = %(request)s;
const modules = (globalThis.__qvirtModules ??= new Map());

function fromServer() {
  const page = document.getElementById("jupyter-config-data");
  const base = page && JSON.parse(page.textContent).baseUrl;
  if (!base) return Promise.reject(new Error("no Jupyter server"));
  const path = `${base.replace(/\\/?$/, "/")}qvirt/static/${FILE}`;
  return import(new URL(path, location.href).href);
}

function fromKernel(model) {
  return new Promise(resolve => {
    const receive = message => {
      if (message.kind !== REQUEST || message.file !== FILE) return;
      model.off("msg:custom", receive);
      const url = URL.createObjectURL(new Blob([message.text], { type: "text/javascript" }));
      resolve(import(url).finally(() => URL.revokeObjectURL(url)));
    };
    model.on("msg:custom", receive);
    model.send({ kind: REQUEST });
  });
}

function load(model) {
  if (!modules.has(FILE)) modules.set(FILE, fromServer().catch(() => fromKernel(model)));
  return modules.get(FILE).then(module => module.default);
}

export default {
  async render(context) {
    const module = await load(context.model);
    return module.render(context);
  }
};
"""


def asset_file(name: str) -> Path:
    """Return the built browser module of a widget.

    Parameters
    ----------
    name
        Its name in ``assets.json``, such as ``"vm-list"``.

    Raises
    ------
    FileNotFoundError
        The front end has not been built in this checkout, or has no such module.
    """
    table = STATIC_FOLDER / "assets.json"
    try:
        assets = json.loads(table.read_text(encoding="utf-8"))
        file: str = assets[name]["file"]
    except (FileNotFoundError, KeyError) as error:
        raise FileNotFoundError(
            f"The browser module {name!r} is not built: run `jlpm build` in frontend/."
        ) from error
    return STATIC_FOLDER / file


def loader(name: str) -> str:
    """Return the ``_esm`` of a widget: a few lines that import its module.

    Parameters
    ----------
    name
        Its name in ``assets.json``.

    Raises
    ------
    FileNotFoundError
        The front end has not been built.
    """
    return _LOADER % {
        "file": json.dumps(asset_file(name).name),
        "request": json.dumps(MODULE_REQUEST),
    }


class ModuleWidget(anywidget.AnyWidget):
    """A widget whose browser side is one of our modules; subclasses name it.

    Subclasses override :meth:`_receive` for their own messages.
    """

    _module: ClassVar[str]
    """The name of the browser module in ``assets.json``."""

    _esm = traitlets.Unicode().tag(sync=True)

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return loader(self._module)

    def __init__(self, **keywords: Any) -> None:  # noqa: ANN401 - traits of any type
        super().__init__(**keywords)
        self.on_msg(self._on_message)

    def open(self) -> None:
        """Make the widget known to browsers, and hear them while cells run."""
        super().open()
        hear_beside_cells(self)

    def _send(self, msg: object, buffers: Sequence[bytes] | None = None) -> None:
        # All that ipywidgets sends of a widget goes through here.
        super()._send(msg, buffers=buffers)
        hear_beside_cells(self)

    def _on_message(self, _widget: object, content: object, _buffers: object) -> None:
        if not isinstance(content, dict):
            return
        if content.get("kind") == MODULE_REQUEST:
            publisher.post(("module", self.model_id), self._send_module)
        else:
            self._receive(content)

    def _send_module(self) -> None:
        file = asset_file(self._module)
        answer: ModuleText = {
            "kind": "qvirt-module",
            "file": file.name,
            "text": file.read_text(encoding="utf-8"),
        }
        self.send(answer)

    def _receive(self, content: dict[str, Any]) -> None:
        """Take a message of the browser; it is not to be trusted."""
