/**
 * XML with CodeMirror: the editor of a definition, and its earlier versions. A module of its own,
 * which a browser loads when the first of them is shown.
 */
import { addSheet } from '../grid/addSheet';
import { IModel } from '../panel/messages';
import { addPanelStyle } from '../panel/sheet';
import { ICodeText, ICodeUser, makeCodeText } from './codeText';
import { renderEditor } from './editor';
import { renderHistory } from './history';
import style from './style.css';

const PARTS: Record<string, (model: IModel, root: HTMLElement) => () => void> =
  { editor: renderEditor, history: renderHistory };

function addStyle(): void {
  addPanelStyle();
  addSheet('xml', style);
}

/** For a form of another module: a text area becomes an editor. */
export function codeText(text: string, user: ICodeUser): ICodeText {
  addStyle();
  return makeCodeText(text, user);
}

export default {
  render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
    addStyle();
    el.classList.add('qvirt-part');
    return PARTS[String(model.get('part'))]?.(model, el) ?? (() => undefined);
  }
};
