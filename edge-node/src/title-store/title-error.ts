// Why a title can't be had on this node, in a sentence for operator and publisher.

export class TitleMissingError extends Error {
  readonly code = "TITLE_MISSING";
}
