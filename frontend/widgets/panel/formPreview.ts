import { copy } from './clipboard';
import { button, element } from './dom';

/** What a form becomes: as XML, folded away, and as Python to copy. */
export class FormPreview {
  readonly node: HTMLElement;
  private readonly xml = element('pre', { tabindex: '0' });
  private readonly folded: HTMLElement;
  private readonly copying: HTMLElement;
  private readonly said = element('span', { role: 'status' });
  private code = '';

  constructor(words: (name: string) => string) {
    this.xml.setAttribute('aria-label', words('preview'));
    this.folded = element(
      'details',
      {},
      element('summary', {}, words('preview')),
      this.xml
    );
    this.copying = button(
      { id: 'copy-code', label: words('copy'), icon: 'copy' },
      () =>
        void copy(this.code).then(() => {
          this.said.textContent = words('copied');
        })
    );
    this.node = element(
      'div',
      { class: 'qvirt-form-preview', hidden: true },
      this.folded,
      element('p', {}, this.copying, this.said)
    );
  }

  draw(xml: string, code: string): void {
    this.node.hidden = xml === '' && code === '';
    this.folded.hidden = xml === '';
    if (this.xml.textContent !== xml) {
      this.xml.textContent = xml;
    }
    this.copying.hidden = code === '';
    if (this.code !== code) {
      this.code = code;
      this.said.textContent = '';
    }
  }
}
