// Hands a link to the device's own sheet for sharing, or else to its clipboard.

/** Resolves with what became of it; "refused" also where the player thought again. */
export async function shareLink({ navigator, location }: Window, path: string, text: string): Promise<"shared" | "copied" | "refused"> {
  const url = new URL(path, location.origin).href;
  try {
    if (navigator.share) {
      await navigator.share({ title: text, text, url });
      return "shared";
    }
    await navigator.clipboard.writeText(url);
    return "copied";
  } catch (error) {
    console.info("nearframe: the link was not shared:", error);
    return "refused";
  }
}
