// What went wrong with a save, in a sentence for the operator's log.

export class SaveError extends Error {
  /** `refused`: the server will not have it, however often it is asked. */
  readonly kind: "too-large" | "damaged" | "refused" | "unreachable";
  constructor(kind: SaveError["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
