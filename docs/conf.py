"""How Sphinx builds this documentation: https://www.sphinx-doc.org/en/master/usage/configuration.html."""

from importlib.metadata import version as installed_version

project = "qvirt-jupyter"
author = "qvirt-jupyter contributors"
project_copyright = "2026, qvirt-jupyter contributors"
release = installed_version("qvirt-jupyter")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "jupyter_execute"]
html_theme = "furo"
html_title = "qvirt-jupyter"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Notebooks run in the tests, on a real host; here they are shown as they are.
nb_execution_mode = "off"

autodoc_typehints = "none"  # numpydoc's Parameters sections say them
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
copybutton_prompt_text = r">>> |\$ "
copybutton_prompt_is_regexp = True
