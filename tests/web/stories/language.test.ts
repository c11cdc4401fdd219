import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type AppWindow, expect, NOW, test } from "../window.ts";

const page = (app: AppWindow) => app.page.locator("html");
const choice = (app: AppWindow, name: string) => app.page.getByRole("radio", { name });

async function messages(language: string): Promise<Record<string, unknown>> {
  const file = new URL(`../../../ui/messages/${language}.json`, import.meta.url);
  return JSON.parse(await readFile(fileURLToPath(file), "utf8")) as Record<string, unknown>;
}

/** What stands on the page, or is read out of it, just as the English messages say it. */
async function english(app: AppWindow): Promise<string[]> {
  const [english, spanish] = [await messages("en"), await messages("es")];
  const words = new Set(Object.values(english));
  for (const word of Object.values(spanish)) words.delete(word);
  const said = await app.page.evaluate(() => {
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode.textContent ?? "");
    for (const element of document.querySelectorAll("[aria-label], [title]")) {
      texts.push(element.ariaLabel ?? "", element.getAttribute("title") ?? "");
    }
    return texts.map((text) => text.trim());
  });
  return said.filter((text) => words.has(text));
}

async function expectSpanish(app: AppWindow, words: string[]): Promise<void> {
  for (const text of words) await expect(app.page.getByText(text).first()).toBeVisible();
  expect(await english(app)).toEqual([]);
}

test("who chooses Español has it everywhere at once, and still when the app starts again", async ({
  app,
}, { project }) => {
  await app.page.clock.setFixedTime(NOW);
  await app.open("", "settings");
  await expect(page(app)).toHaveAttribute("lang", "en");
  await expect(choice(app, "System").last()).toBeChecked();
  expect(await english(app)).toContain("Licence");

  await app.find("language").getByText("Español").click();
  await expect(page(app)).toHaveAttribute("lang", "es");
  await expect(page(app)).toHaveAttribute("dir", "ltr");
  await expectSpanish(app, ["Ajustes", "Lo que sabe el edificio", "Idioma", "Apache-2.0, código"]);
  await expect(choice(app, "Español")).toBeChecked();
  await expect(choice(app, "Español")).toBeFocused();
  expect(await app.calls("snapshot")).toHaveLength(1);
  await app.screenshot("settings-language", project.name);

  await app.find("nav-activity").click();
  await expectSpanish(app, ["Actividad", "Hoy", "Se está grabando", "Denegado: puerta de una"]);
  await app.find("nav-doors").click();
  await expectSpanish(app, ["Otras puertas", "Se vuelve a cerrar sola", "Fuera de alcance"]);

  await app.page.reload();
  await expect(page(app)).toHaveAttribute("lang", "es");
  await expectSpanish(app, ["Otras puertas", "Puertas", "Actividad", "Ajustes"]);
});

test("a film has its day, its numbers and its keys in Spanish", async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
  await app.open("", "settings");
  await app.find("language").getByText("Español").click();
  await app.emit("open-clip", { clipId: "clip-lobby" });
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
  await app.page.keyboard.press("k");
  await app.page.keyboard.press("Home");
  await expectSpanish(app, ["Martes, 12 de mayo, 17:50:00", "−10,0 s", "Apertura"]);
  await expect(app.find("clip-scrubber")).toHaveAttribute(
    "aria-valuetext",
    "10 segundos antes de la entrada",
  );
  await expect(app.find("clip-speed").locator("option").first()).toHaveText("0,25×");
});

test.describe("on a system in Spanish", () => {
  test.use({ locale: "es-MX" });

  test("who has chosen nothing has Spanish, and English once it is chosen", async ({ app }) => {
    await app.open("", "settings");
    await expectSpanish(app, ["Ajustes"]);
    await expect(choice(app, "Sistema").last()).toBeChecked();
    await app.find("language").getByText("English").click();
    await expect(app.page.getByRole("heading", { level: 1 })).toHaveText("Settings");
    await app.find("language").getByText("System").click();
    await expect(app.page.getByRole("heading", { level: 1 })).toHaveText("Ajustes");
  });
});

test.describe("on a system in a language that nobody has translated", () => {
  test.use({ locale: "eu-ES" });

  test("there is English", async ({ app }) => {
    await app.open("", "settings");
    await expect(app.page.getByRole("heading", { level: 1 })).toHaveText("Settings");
    await expect(page(app)).toHaveAttribute("lang", "en");
  });
});
