"""What people read for the values of a choice begins with a capital, but for names that do not."""

from qvirt_jupyter.documents import Choice, Domain, declarations
from qvirt_jupyter.widgets.details.definitions import kinds

NAMES = ("i6300", "iB700", "iSCSI", "iTCO", "diag288", "ramfb", "sPAPR", "pSeries", "vDPA")
NAMES += ("vhost", "virtio", "libguestfs")


def test_labels_begin_with_a_capital():
    small = {
        (owner.__name__, item.name, str(label))
        for owner in (Domain, *kinds())
        for item in declarations(owner)
        if isinstance(item.type, Choice)
        for label in item.type.labels.values()
        if str(label)[:1].islower() and not str(label).startswith(NAMES)
    }
    assert not small
