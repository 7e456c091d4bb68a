// The offline page alone: it can't reach the app's texts, so it has its own.
const texts = {
  zh: { title: "你已离线", hint: "网络恢复后，Nearframe 会自动回来。", retry: "立即重试" },
};
const language = (navigator.languages ?? [navigator.language]).map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag === "en" || tag in texts);
const words = texts[language];
if (words) {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
}
document.querySelector("button").addEventListener("click", () => location.reload());
// The network may be back before this file was read, or before the server can be reached: nobody tells of either.
const ASK_EVERY_MS = 3_000;
const comeBack = async () => {
  const answer = await fetch("/api/health", { cache: "no-store", signal: AbortSignal.timeout(ASK_EVERY_MS) }).catch(() => undefined);
  if (answer?.ok) location.reload();
};
addEventListener("online", () => void comeBack());
setInterval(() => void comeBack(), ASK_EVERY_MS);
