/** An error whose HTTP status is narrower than its code's: 405, 415, 416, 501. */
import { type ErrorCode, PatchbayError, type PatchbayErrorOptions } from "@patchbay/contracts";

export class HttpRefusal extends PatchbayError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    options: PatchbayErrorOptions & { headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(code, message, options);
    this.status = status;
    this.headers = options.headers ?? {};
  }
}
