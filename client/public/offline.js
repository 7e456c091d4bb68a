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
addEventListener("online", () => location.reload());
