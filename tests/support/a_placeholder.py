"""What stands in a tab while its panel is not there, also where that is over before a test looks."""

from __future__ import annotations

KEEP_WORDS = """() => {
  window.placeholderWords = '';
  const look = () => {
    for (const each of document.querySelectorAll('.qvirt-Placeholder')) {
      if (each.offsetParent) window.placeholderWords += ` ${each.textContent}`;
    }
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
}"""
"""Keeps from now on in ``placeholderWords`` what is said."""
