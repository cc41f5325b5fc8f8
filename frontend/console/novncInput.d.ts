/** What of noVNC's input we use beside its RFB; its types describe RFB alone. */

declare module '@novnc/novnc/lib/input/xtscancodes' {
  /** Scan codes of set 1 by `KeyboardEvent.code`; those with a prefix are `0xe0..`. */
  const codes: Record<string, number>;
  export default codes;
}

declare module '@novnc/novnc/lib/input/keyboard' {
  /** Keys as pressed on any browser and system, let go when the window loses the focus. */
  export default class Keyboard {
    constructor(target: HTMLElement);
    onkeyevent: (keysym: number, code: string, down: boolean) => void;
    grab(): void;
    ungrab(): void;
  }
}
