/** A check is not answered; the reason goes to who asked. */
export class CheckRefusedError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
