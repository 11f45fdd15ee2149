// What was sent to the core and has not come back. The core tells the project after every change, and answers may cross:
// an answer that is older than the last thing sent says nothing new, and taking it over would undo a keystroke.

/** Tells echoes of what was sent from news. */
export class Echoes {
  #sent: string[] = [];

  /** This was sent. */
  send(text: string): void {
    this.#sent.push(text);
  }

  /** This was told. Whether it is news: nothing that was sent before. */
  isNews(text: string): boolean {
    const at = this.#sent.lastIndexOf(text);
    // What came before it will not come any more; the last one stays, because it is told again with every other change.
    this.#sent = at < 0 ? [] : this.#sent.slice(at);
    return at < 0;
  }
}
