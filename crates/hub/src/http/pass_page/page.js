// What the page has beyond its words: a button that copies, the time that is left, and a look whether the pass is still
// open. Without it the page says all there is to know.

const MINUTE_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", MINUTE_MS],
];

const page = document.documentElement;
const changesInMs = Number(page.dataset.changesIn) * 1000;
const changesAt = performance.now() + changesInMs;

function offerToCopy(code) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = code.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = code.dataset.copied;
  });
  code.after(button);
}

function tellWhatIsLeft(left) {
  const words = new Intl.RelativeTimeFormat(page.lang);
  const tell = () => {
    const ms = Math.max(changesAt - performance.now(), MINUTE_MS);
    const [unit, length] = UNITS.find(([, length]) => ms >= length);
    left.textContent = `${left.dataset.ends} ${words.format(Math.floor(ms / length), unit)}.`;
  };
  tell();
  setInterval(tell, MINUTE_MS);
}

// Who has no connection at the door keeps the page that they have.
async function lookAgain(isOutdated) {
  const answer = await fetch(location.href, { method: "HEAD" }).catch(() => undefined);
  if (answer?.status === 404 || (answer?.ok && isOutdated)) location.reload();
}

function keepUp() {
  setTimeout(() => lookAgain(true), Math.min(changesInMs + 1000, LONGEST_TIMER_MS));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") lookAgain(false);
  });
}

const code = document.getElementById("code");
const left = document.getElementById("left");
if (code && navigator.clipboard) offerToCopy(code);
if (left) tellWhatIsLeft(left);
if ("changesIn" in page.dataset) keepUp();
