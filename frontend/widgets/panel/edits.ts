type Control = HTMLInputElement | HTMLSelectElement;

/** Counts edits, so that an answer that comes late does not undo what was typed meanwhile. */
export class Edits {
  private number = 0;
  private readonly last = new WeakMap<Control, number>();

  constructor(
    private readonly said: (
      machine: string,
      target: string,
      name: string,
      value: string,
      number: number
    ) => void
  ) {}

  /** Tell each edit of a control, of text a moment after the last key. */
  follow(
    control: Control,
    machine: string,
    target: string,
    name: string
  ): void {
    let waiting = 0;
    const tell = () => {
      window.clearTimeout(waiting);
      this.number += 1;
      this.last.set(control, this.number);
      this.said(machine, target, name, valueOf(control), this.number);
    };
    if (control instanceof HTMLInputElement && control.type !== 'checkbox') {
      control.addEventListener('input', () => {
        // Until it is told, no answer can know of it.
        this.last.set(control, Number.POSITIVE_INFINITY);
        window.clearTimeout(waiting);
        waiting = window.setTimeout(tell, MOMENT);
      });
      control.addEventListener('change', () => {
        // What was told already is no new edit: Enter comes right after it.
        if (this.last.get(control) === Number.POSITIVE_INFINITY) {
          tell();
        }
      });
    } else {
      control.addEventListener('change', tell);
    }
  }

  /** Show a value, unless the control was edited since the kernel read it. */
  show(control: Control, value: string, answered: number): void {
    // Others may show the same dialog: all count on from the same number.
    this.number = Math.max(this.number, answered);
    if ((this.last.get(control) ?? 0) > answered) {
      return;
    }
    if (control instanceof HTMLInputElement && control.type === 'checkbox') {
      control.checked = value === 'true';
    } else if (control.value !== value) {
      control.value = value;
    }
  }
}

const MOMENT = 250;

function valueOf(control: Control): string {
  return control instanceof HTMLInputElement && control.type === 'checkbox'
    ? String(control.checked)
    : control.value;
}
