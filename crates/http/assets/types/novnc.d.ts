/** What the guest's page uses of noVNC, which the build script fetches (`screen.js`). */
declare module "*/novnc/core/rfb.js" {
  export default class Rfb extends EventTarget {
    constructor(target: HTMLElement, socket: WebSocket);
    scaleViewport: boolean;
    showDotCursor: boolean;
    clipboardPasteFrom(text: string): void;
    disconnect(): void;
    focus(): void;
    addEventListener(type: "clipboard", listener: (event: CustomEvent<{ text: string }>) => void): void;
    addEventListener(type: "connect" | "credentialsrequired" | "disconnect", listener: () => void): void;
  }
}
