/** CodeMirror for XML: what all editors of this module have in common. */
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab
} from '@codemirror/commands';
import { xml } from '@codemirror/lang-xml';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting
} from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import {
  highlightSelectionMatches,
  search,
  searchKeymap
} from '@codemirror/search';
import { EditorState, Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

const COLORS = HighlightStyle.define([
  { tag: tags.tagName, color: 'var(--qvirt-xml-tag)' },
  { tag: tags.attributeName, color: 'var(--qvirt-xml-attribute)' },
  { tag: tags.attributeValue, color: 'var(--qvirt-xml-value)' },
  { tag: tags.comment, color: 'var(--qvirt-xml-comment)', fontStyle: 'italic' },
  { tag: tags.definition(tags.propertyName), color: 'var(--qvirt-xml-tag)' },
  { tag: [tags.string, tags.content], color: 'var(--qvirt-xml-value)' },
  { tag: [tags.labelName, tags.typeName], color: 'var(--qvirt-xml-attribute)' },
  { tag: tags.processingInstruction, color: 'var(--qvirt-xml-comment)' },
  { tag: tags.angleBracket, color: 'var(--qvirt-xml-bracket)' },
  { tag: tags.character, color: 'var(--qvirt-xml-attribute)' },
  { tag: tags.invalid, color: 'var(--jp-error-color1)' }
]);

/** Words of CodeMirror's own that the kernel translates. */
export const PHRASES = [
  'Find',
  'Replace',
  'next',
  'previous',
  'all',
  'match case',
  'regexp',
  'by word',
  'replace',
  'replace all',
  'close',
  'current match',
  'replaced $ matches',
  'replaced match on line $',
  'on line',
  'Fold line',
  'Unfold line',
  'Folded lines',
  'Unfolded lines',
  'folded code',
  'unfold',
  'to',
  'Diagnostics',
  'No diagnostics',
  '$ unchanged lines',
  'Revert this chunk'
];

/** The languages that there are colours for. */
const LANGUAGES = {
  // A closing tag that comes by itself is one too many for who types it.
  xml: () => xml({ autoCloseTags: false }),
  yaml: () => yaml()
};

export type Language = keyof typeof LANGUAGES;

/** Colours, marks and keys, for a text that is only looked at too. */
export function looks(
  label: string,
  words: (phrase: string) => string,
  language: Language = 'xml'
): Extension {
  return [
    lineNumbers(),
    codeFolding(),
    foldGutter(),
    drawSelection(),
    syntaxHighlighting(COLORS),
    LANGUAGES[language](),
    bracketMatching(),
    highlightSelectionMatches(),
    search({ top: true }),
    EditorState.phrases.of(
      Object.fromEntries(PHRASES.map(phrase => [phrase, words(phrase)]))
    ),
    EditorView.contentAttributes.of({
      'aria-label': label,
      // It can be reached by Tab anyway; this says so to those who look it up.
      tabindex: '0',
      spellcheck: 'false',
      autocapitalize: 'off',
      autocomplete: 'off',
      autocorrect: 'off',
      translate: 'no'
    })
  ];
}

/** What typing needs; Escape and then Tab leaves the editor, as CodeMirror has it by itself. */
export function typing(): Extension {
  return [
    history(),
    indentUnit.of('  '),
    indentOnInput(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    lintGutter(),
    keymap.of([
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...lintKeymap,
      ...defaultKeymap,
      indentWithTab
    ])
  ];
}

/** For a text that is only looked at: it has a cursor, so that it can be read by keyboard. */
export function looking(): Extension {
  return [
    EditorState.readOnly.of(true),
    keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap])
  ];
}
