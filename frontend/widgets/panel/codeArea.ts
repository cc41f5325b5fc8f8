/** A text area of a form that holds code: an editor takes its place once its module is there. */
import type { ICodeText, ICodeUser } from '../xml-editor/codeText';
import { IField } from './formMessages';
import { Words } from './formField';

interface IEditorModule {
  codeText(text: string, user: ICodeUser): ICodeText;
}

export class CodeArea {
  private editor: ICodeText | null = null;

  constructor(
    private readonly area: HTMLTextAreaElement,
    private field: IField,
    private readonly words: Words
  ) {
    void this.load(field.code?.module ?? '');
  }

  get hasFocus(): boolean {
    return this.editor?.hasFocus ?? false;
  }

  /** Show what stands in the text area now, and what is wrong with it. */
  draw(field: IField): void {
    this.field = field;
    if (this.editor) {
      this.editor.take(this.area.value);
      this.editor.mark(field.code?.faults ?? []);
    }
  }

  focus(): void {
    (this.editor ?? this.area).focus();
  }

  private async load(file: string): Promise<void> {
    let found: IEditorModule;
    try {
      // It lies beside this one, where a Jupyter server has both.
      found = (await import(
        new URL(file, import.meta.url).href
      )) as IEditorModule;
    } catch {
      // The text area does without colours.
      return;
    }
    const { area } = this;
    const hadFocus = document.activeElement === area;
    this.editor = found.codeText(area.value, {
      language: this.field.code?.language ?? '',
      label: this.field.label,
      words: this.words,
      typed: text => {
        area.value = text;
        area.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    area.after(this.editor.node);
    area.hidden = true;
    this.draw(this.field);
    if (hadFocus) {
      this.editor.focus();
    }
  }
}
