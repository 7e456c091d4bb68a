// Keeps the end of what a program prints: enough to say why it died, bounded
// however much it prints.

export const TAIL_LINES_MAX = 60;
export const TAIL_LINE_LENGTH_MAX = 400;

export class OutputTail {
  readonly #lines: string[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  #unfinished = "";

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  append(text: string): void {
    const lines = (this.#unfinished + text).split(/\r?\n/);
    this.#unfinished = cut(lines.pop() ?? "");
    for (const line of lines) this.#keep(cut(line));
  }

  /** The last lines, oldest first, also one that has no end yet. */
  read(): string {
    return [...this.#lines, ...(this.#unfinished ? [this.#unfinished] : [])].join("\n");
  }

  #keep(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > TAIL_LINES_MAX) this.#lines.shift();
    this.#onLine?.(line);
  }
}

const cut = (line: string): string => line.slice(0, TAIL_LINE_LENGTH_MAX);
